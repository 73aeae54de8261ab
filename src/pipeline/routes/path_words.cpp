// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/path_words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace obi::pipeline {
namespace {

// Sorted. Of letters alone only what bigrams.hpp takes for letters thrown together, of names of
// files only what has digits in front.
// clang-format off
constexpr auto kWords = std::to_array<std::string_view>({
    "24h", "24hr", "2d", "2fa", "2xx", "3d", "3gp", "3xx", "404.html", "4k", "4xx", "500.html",
    "502.html", "503.html", "50x", "5xx", "7z", "@fs", "@id", "@me", "@original", "@vite",
    "a11y", "aac", "aarch64", "acme", "air", "ajax", "amd64", "amqp", "apk", "apm", "apns",
    "argocd", "argon2", "arm64", "ashx", "asmx", "aspx", "authz", "av1", "avg", "avro", "aws",
    "axd", "b2b", "b2c", "b64", "base32", "base58", "base64", "bbox", "bff", "bgp", "bmp",
    "box", "btc", "buy", "byoip", "bz2", "c2c", "cbor", "cdc", "cdn", "cfg", "cfm", "cgi",
    "cicd", "cjs", "cmd", "cmdb", "cms", "cname", "cpu", "cqrs", "crc32", "crl", "crx", "csr",
    "csrf", "csv", "ctx", "cve", "cvs", "db2", "dbs", "ddl", "dhcp", "dkim", "dlq", "dmg",
    "dms", "dna", "dnd", "docx", "dropbox", "dtd", "dto", "dvr", "e164", "e2e", "ebpf", "ec2",
    "ecs", "ed25519", "efs", "ehr", "eid", "eks", "elb", "elmah", "emoji", "emr", "env",
    "envoy", "eot", "epg", "eql", "es6", "esb", "etcd", "etl", "eureka", "evm", "faq", "favs",
    "fcm", "fhir", "flv", "fqdn", "ftp", "fwd", "ga4", "gcp", "gcr", "gcs", "gdpr", "geoip",
    "geojson", "gke", "glb", "gpg", "gpt", "gpu", "gpx", "grpc", "gtfs", "gtm", "gzip", "h2",
    "h264", "h265", "hdfs", "hls", "hmr", "hpa", "hrm", "htm", "html", "http", "http2", "http3",
    "httpd", "i18n", "i2c", "i386", "i686", "icd", "idm", "idp", "iiif", "ilm", "imdb", "img",
    "inbox", "influxdb", "ipc", "ipfs", "iptv", "ipv4", "ipv6", "isbn", "iso8601", "ivr",
    "j2ee", "jax", "jdbc", "jks", "jms", "jmx", "jndi", "jpa", "jpeg", "jpg", "jql", "jsf",
    "jsonrpc", "jspx", "jsx", "jvm", "jwe", "jwk", "jws", "jwt", "jxl", "k6", "k8s", "kafka",
    "kml", "kms", "kpi", "kvm", "l10n", "lfs", "llm", "lms", "lng", "log4j", "m2m", "m365",
    "m3u8", "m4a", "m4s", "m4v", "max", "mcp", "md5", "mdm", "mdns", "mfa", "mget", "mgmt",
    "mjs", "mkdir", "mkv", "mlflow", "mp2", "mp3", "mp4", "mpd", "mpeg2", "mpeg4", "mqtt",
    "msg", "mtls", "mtu", "mvc", "mvn", "mvt", "neo4j", "nfc", "nfs", "nft", "nlb", "nlp",
    "nntp", "nodejs", "npm", "nps", "nsfw", "ntlm", "ntp", "num", "numpy", "nupkg", "nuxt",
    "nvme", "o365", "obj", "ocs", "odp", "odt", "office365", "ogv", "oidc", "okr", "okta",
    "onnx", "opds", "opml", "otf", "otlp", "otp", "p12", "p2p", "p7b", "paas", "pbx", "pci",
    "pct", "pdf", "pfx", "php", "phpmyadmin", "phtml", "pii", "pkce", "pkcs12", "pkcs8", "pkg",
    "pki", "png", "pnpm", "pptx", "psd", "psk", "psql", "pvc", "pwa", "pwd", "qos", "qps",
    "qrcode", "qty", "rdf", "req", "rfc", "rfc3339", "route53", "rpc", "rpm", "rsvp", "rtc",
    "rtf", "rtm", "rtmp", "rtp", "s3", "saas", "saml", "sbom", "scm", "scp", "sdk", "sdn",
    "sdp", "seo", "sftp", "sha1", "sha224", "sha256", "sha384", "sha512", "shtm", "shtml",
    "sku", "slf", "slf4j", "smtp", "snmp", "sockjs", "solr", "sparql", "spf", "sql", "sqs",
    "src", "srid", "srt", "srv", "ssd", "ssr", "ssrf", "std", "svc", "svg", "svgz", "svn",
    "swf", "symfony", "tax", "tbl", "tcp", "tftp", "tgz", "tmp", "tms", "totp", "tpm", "tps",
    "traefik", "trpc", "tsdb", "tsv", "tsx", "ttf", "ttl", "twig", "twirp", "txn", "txt", "udp",
    "unix", "upc", "upnp", "usb", "usd", "usr", "utf", "utf16", "utf32", "utf8", "utm", "uuid",
    "varz", "vax", "vcf", "vcs", "vdi", "vfs", "vms", "vnc", "vp8", "vp9", "vpa", "vpc", "vpn",
    "vps", "vsix", "vtt", "vue", "vuejs", "web2", "web3", "webdav", "webgl", "webhook", "webm",
    "webp", "webpack", "wfs", "whl", "win32", "win64", "wms", "wmts", "wmv", "woff2", "wpa",
    "wsdl", "wsgi", "www", "wysiwyg", "x25519", "x509", "x64", "x86", "xhr", "xhtml", "xls",
    "xlsx", "xml", "xmlrpc", "xray", "xsd", "xsrf", "yaml", "yml", "yum", "zpl", "zstd",
});
// clang-format on
static_assert(std::ranges::is_sorted(kWords));
static_assert(std::ranges::all_of(kWords, [](auto word) { return word.size() <= kMaxPathWord; }));

// Where the words with that first character begin; behind the last of them, those of the next do.
constexpr auto kFirstOf = [] {
  std::array<std::uint16_t, 257> table{};
  std::size_t at = 0;
  for (std::size_t c = 0; c < table.size(); ++c) {
    while (at < kWords.size() && static_cast<unsigned char>(kWords[at].front()) < c) ++at;
    table[c] = static_cast<std::uint16_t>(at);
  }
  return table;
}();

bool is_in_table(std::string_view word) {
  const auto first = static_cast<unsigned char>(word.front());
  const auto same_first =
      std::span(kWords).subspan(kFirstOf[first], kFirstOf[first + 1] - kFirstOf[first]);
  return std::ranges::binary_search(same_first, word);
}

}  // namespace

bool is_path_word(std::string_view text) {
  if (text.empty() || text.size() > kMaxPathWord) return false;
  std::array<char, kMaxPathWord> lowered;
  std::ranges::transform(text, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view word(lowered.data(), text.size());
  if (is_in_table(word)) return true;
  return word.size() > 3 && word.back() == 's' && is_in_table(word.substr(0, word.size() - 1));
}

std::span<const std::string_view> path_words() { return kWords; }

}  // namespace obi::pipeline

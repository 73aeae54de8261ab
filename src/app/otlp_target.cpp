// SPDX-License-Identifier: Apache-2.0
#include "app/otlp_target.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/entry_list.hpp"
#include "config/keys_otlp_metrics.hpp"
#include "config/keys_otlp_traces.hpp"
#include "export/otlp/url.hpp"

namespace obi::app {
namespace {

using exporting::OtlpProtocol;
using exporting::Url;
namespace key = config::key;

constexpr std::string_view kTracesPath = "/v1/traces";
constexpr std::string_view kMetricsPath = "/v1/metrics";

// The keys that each signal has of its own, or shares by their variables.
struct TargetKeys {
  const config::TextKey& endpoint;
  const config::TextKey& common_endpoint;
  const config::ChoiceKey& protocol;
  const config::ChoiceKey& own_protocol;
  const config::TextKey& common_headers;
  const config::TextKey& headers;
  const config::IntegerKey& timeout;
  const config::ChoiceKey& compression;
  const config::BooleanKey& insecure_skip_verify;
  const config::TextKey& certificate;
  const config::TextKey& client_certificate;
  const config::TextKey& client_key;
};

constexpr TargetKeys kTracesKeys = {.endpoint = key::kOtlpTracesEndpoint,
                                    .common_endpoint = key::kOtlpTracesCommonEndpoint,
                                    .protocol = key::kOtlpTracesProtocol,
                                    .own_protocol = key::kOtlpTracesOwnProtocol,
                                    .common_headers = key::kOtlpTracesCommonHeaders,
                                    .headers = key::kOtlpTracesHeaders,
                                    .timeout = key::kOtlpTracesTimeout,
                                    .compression = key::kOtlpTracesCompression,
                                    .insecure_skip_verify = key::kOtlpTracesInsecureSkipVerify,
                                    .certificate = key::kOtlpTracesCertificate,
                                    .client_certificate = key::kOtlpTracesClientCertificate,
                                    .client_key = key::kOtlpTracesClientKey};
constexpr TargetKeys kMetricsKeys = {.endpoint = key::kOtlpMetricsEndpoint,
                                     .common_endpoint = key::kOtlpMetricsCommonEndpoint,
                                     .protocol = key::kOtlpMetricsProtocol,
                                     .own_protocol = key::kOtlpMetricsOwnProtocol,
                                     .common_headers = key::kOtlpMetricsCommonHeaders,
                                     .headers = key::kOtlpMetricsHeaders,
                                     .timeout = key::kOtlpMetricsTimeout,
                                     .compression = key::kOtlpMetricsCompression,
                                     .insecure_skip_verify = key::kOtlpMetricsInsecureSkipVerify,
                                     .certificate = key::kOtlpMetricsCertificate,
                                     .client_certificate = key::kOtlpMetricsClientCertificate,
                                     .client_key = key::kOtlpMetricsClientKey};

struct Endpoint {
  std::string text;
  std::string origin;   // for messages
  bool common = false;  // OTEL_EXPORTER_OTLP_ENDPOINT
};

/// What is wrong with an endpoint; never its text, which may hold a password or a token.
struct Notes {
  const std::string& origin;
  std::vector<std::string>& mistakes;
  std::vector<std::string>& warnings;
  void mistake(std::string_view what) const {
    mistakes.push_back(fmt::format("{}: {}", origin, what));
  }
  void warning(std::string_view what) const {
    warnings.push_back(fmt::format("{}: {}", origin, what));
  }
};

Endpoint endpoint_of(const config::Config& config, const TargetKeys& keys) {
  if (const std::string& own = config.get(keys.endpoint); !own.empty()) {
    const std::string origin = config.origin(keys.endpoint);
    return {
        .text = own,
        .origin = origin.starts_with("env ") ? origin.substr(4) : std::string(keys.endpoint.path)};
  }
  return {.text = config.get(keys.common_endpoint),
          .origin = std::string(keys.common_endpoint.env),
          .common = true};
}

/// A signal's own endpoint is taken as it stands, as OpenTelemetry's specification of the exporter
/// says; a common one is a base URL. Without a path both get the signal's. The original adds the
/// signal's path to an own endpoint for traces too.
std::string path_of(const Url& url, const Endpoint& endpoint, std::string_view signal_path,
                    const Notes& notes) {
  std::string path = url.path;
  const bool is_root = path.find_first_not_of('/') == std::string::npos;
  if (!endpoint.common && !is_root) {
    if (path.ends_with(std::string(signal_path) + "/")) path.pop_back();
    if (signal_path == kTracesPath && !path.ends_with(signal_path))
      notes.warning(
          fmt::format("its path is taken as it stands, without {} behind it", signal_path));
    return path;
  }
  while (path.ends_with('/')) path.pop_back();
  if (path.ends_with(signal_path)) return path;
  return path + std::string(signal_path);
}

/// Empty if it may be sent. Line ends would let a value add fields of its own.
std::string_view header_problem(const std::string& name, const std::string& value,
                                OtlpProtocol protocol) {
  const bool is_grpc = protocol == OtlpProtocol::kGrpc;
  const std::string_view others = is_grpc ? "-_." : "!#$%&'*+-.^_`|~";
  const bool is_name = std::ranges::all_of(name, [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || others.find(static_cast<char>(c)) != others.npos;
  });
  if (!is_name || (is_grpc && name.starts_with("grpc-"))) return "has a key that is no header's";
  const bool is_value = std::ranges::all_of(
      value, [&](unsigned char c) { return (c >= 0x20 && c < 0x7f) || (!is_grpc && c >= 0x80); });
  return is_value ? "" : "has a value that no header may have";
}

void add_headers(exporting::OtlpTarget& target, std::string_view variable, const std::string& text,
                 std::vector<std::string>& warnings) {
  auto list = config::read_entry_list(text);
  if (list.was_quoted)
    warnings.push_back(fmt::format("{}: quotes around it are left out", variable));
  if (!list.refused.empty()) {
    warnings.push_back(fmt::format("{}: {}: left out", variable, config::describe_refused(list)));
  }
  for (auto& [name, value] : list.entries) {
    const std::string_view problem = header_problem(name, value, target.protocol);
    if (problem.empty()) {
      target.headers.insert_or_assign(name, std::move(value));
    } else {
      warnings.push_back(fmt::format("{}: an entry {}: left out", variable, problem));
    }
  }
}

void read_headers(const config::Config& config, const TargetKeys& keys,
                  exporting::OtlpTarget& target, std::vector<std::string>& warnings) {
  for (const config::TextKey* key : {&keys.common_headers, &keys.headers})
    add_headers(target, key->env, config.get(*key), warnings);
}

/// sun_path takes 107 bytes and a NUL; an abstract name has no NUL at its end but one in front.
bool set_socket(exporting::OtlpTarget& target, std::string_view text, const Notes& notes) {
  target.unix_socket = text.substr(text.find(':') + 1);
  if (target.unix_socket.starts_with("//")) target.unix_socket.erase(0, 2);
  const bool is_abstract = target.unix_socket.starts_with('@');
  constexpr std::size_t kMaxPath = 107;
  if (target.unix_socket.size() < 2 ||
      target.unix_socket.size() > kMaxPath + (is_abstract ? 1 : 0) ||
      (target.unix_socket[0] != '/' && !is_abstract)) {
    notes.mistake("must be unix:///path or unix://@name, of at most 107 bytes");
    return false;
  }
  return true;
}

std::optional<Url> endpoint_url(std::string_view text, const Notes& notes) {
  auto url = exporting::parse_url(text);
  if (!url) {
    notes.mistake(url.error().message + "; must be a URL such as http://host:4318");
    return std::nullopt;
  }
  if (url->has_fragment) notes.warning("the fragment behind '#' is not sent");
  if (url->scheme.empty()) {
    url->scheme = "http";
  } else if (url->scheme != "http" && url->scheme != "https") {
    notes.warning("its scheme is neither http nor https and is taken for https");
    url->scheme = "https";
  }
  return std::move(*url);
}

void check_proxy(const exporting::OtlpTarget& target, const Url& url, const Notes& notes) {
  const bool is_grpc = target.protocol == OtlpProtocol::kGrpc;
  const std::string scheme = is_grpc ? "https" : url.scheme;
  const std::string variable = scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const auto proxy = exporting::proxy_for(target.proxies, scheme, url);
  if (!proxy) {
    notes.warning(fmt::format("{} {}", variable, proxy.error().message));
  } else if (is_grpc && *proxy && (*proxy)->scheme != "http") {
    notes.warning(fmt::format("{} is not used: gRPC goes through http proxies only", variable));
  }
}

void set_url(exporting::OtlpTarget& target, const Url& url, const Endpoint& endpoint,
             std::string_view signal_path, const Notes& notes) {
  target.tls = url.scheme == "https";
  target.url = url.scheme + "://" + url.authority();
  if (target.protocol == OtlpProtocol::kHttpProtobuf) {
    target.url += path_of(url, endpoint, signal_path, notes) + url.query;
  } else if (url.path.find_first_not_of('/') != std::string::npos || !url.query.empty()) {
    notes.warning("its path and query are not sent with gRPC");
  }
}

}  // namespace

std::optional<exporting::OtlpTarget> otlp_target(const config::Config& config, OtlpSignal signal,
                                                 std::vector<std::string>& mistakes,
                                                 std::vector<std::string>& warnings) {
  const bool traces = signal == OtlpSignal::kTraces;
  const TargetKeys& keys = traces ? kTracesKeys : kMetricsKeys;
  const std::string_view signal_path = traces ? kTracesPath : kMetricsPath;
  const Endpoint endpoint = endpoint_of(config, keys);
  std::string protocol = config.get(keys.own_protocol);
  if (protocol.empty()) protocol = config.get(keys.protocol);
  if (endpoint.text.empty() || protocol == "debug") return std::nullopt;

  const Notes notes{.origin = endpoint.origin, .mistakes = mistakes, .warnings = warnings};
  const std::string_view text = config::without_quotes(endpoint.text);
  if (text.size() != endpoint.text.size())
    notes.warning("blanks or quotes around the URL are left out");
  exporting::OtlpTarget target;
  const bool socket = text.starts_with("unix:");
  if (socket && !set_socket(target, text, notes)) return std::nullopt;
  const auto url = socket ? Url{.scheme = "http", .host = "localhost"} : endpoint_url(text, notes);
  if (!url) return std::nullopt;
  if (protocol.empty()) protocol = url->port.ends_with("4317") ? "grpc" : "http/protobuf";
  if (protocol == "http/json")
    warnings.push_back(fmt::format("{}: http/json is sent as http/protobuf", keys.protocol.path));
  target.protocol = protocol == "grpc" ? OtlpProtocol::kGrpc : OtlpProtocol::kHttpProtobuf;
  set_url(target, *url, endpoint, signal_path, notes);
  read_headers(config, keys, target, warnings);
  if (url->has_user)
    target.headers.try_emplace("Authorization",
                               exporting::basic_authorization(url->user, url->password));
  target.insecure_skip_verify = config.get(keys.insecure_skip_verify);
  target.ca_file = config.get(keys.certificate);
  target.client_certificate_file = config.get(keys.client_certificate);
  target.client_key_file = config.get(keys.client_key);
  target.gzip = config.get(keys.compression) == "gzip";
  target.timeout = std::chrono::milliseconds(config.get(keys.timeout));
  if (socket) return target;
  target.proxies = exporting::read_proxy_settings(config.environment());
  check_proxy(target, *url, notes);
  return target;
}

}  // namespace obi::app

// SPDX-License-Identifier: Apache-2.0
// OTLP/HTTP with binary protobuf (OTLP specification 1.3, "OTLP/HTTP"), on libcurl with one
// kept-alive connection.
#include <curl/curl.h>
#include <spdlog/spdlog.h>
#include <zlib.h>

#include <atomic>
#include <cstring>
#include <mutex>

#include "export/otlp/transport/transport.hpp"
#include "export/otlp/url.hpp"

namespace obi::exporting::otlp {
namespace {

constexpr std::size_t kMaxResponse = 64 * 1024;

void initialise_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool gzip(std::string_view input, std::string& output) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  output.resize(deflateBound(&stream, input.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  output.resize(stream.total_out);
  deflateEnd(&stream);
  return done;
}

std::size_t keep_body(char* data, std::size_t, std::size_t size, void* context) {
  auto* body = static_cast<std::string*>(context);
  body->append(data, std::min(size, kMaxResponse - std::min(kMaxResponse, body->size())));
  return size;
}

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(OtlpTarget target) : target_(std::move(target)) {}
  ~HttpTransport() override {
    curl_slist_free_all(headers_);
    if (curl_ != nullptr) curl_easy_cleanup(curl_);
  }
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  Delivery deliver(std::string_view request) override {
    if (curl_ == nullptr && !open())
      return {.outcome = Outcome::kRefused, .error = "libcurl can't be set up"};
    if (target_.gzip && gzip(request, compressed_)) request = compressed_;
    response_.clear();
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, request.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.size()));
    if (auto fault = set_url(target_.url); !fault.empty())
      return {.outcome = Outcome::kRefused, .error = std::move(fault)};
    CURLcode code = curl_easy_perform(curl_);
    if (code == CURLE_OK && is_redirect()) {
      const std::string location = redirect_within_host();
      if (location.empty())
        return {.outcome = Outcome::kRefused,
                .error = fmt::format("HTTP status {}, to where nothing is sent", status())};
      response_.clear();
      set_url(location);
      code = curl_easy_perform(curl_);
    }
    if (code != CURLE_OK) return connection_failure(code);
    return delivery_of_status();
  }

  void cancel() override { is_cancelled_ = true; }

 private:
  bool open() {
    initialise_curl();
    curl_ = curl_easy_init();
    if (curl_ == nullptr) return false;
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    // A proxy gets none of the fields that are meant for the receiver.
    curl_easy_setopt(curl_, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    curl_easy_setopt(curl_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl_, CURLOPT_NOPROXY, "");  // decided by proxy_for
    curl_easy_setopt(curl_, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl_, CURLOPT_XFERINFOFUNCTION, stop_if_cancelled);
    curl_easy_setopt(curl_, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(curl_, CURLOPT_POST, 1L);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(target_.timeout.count()));
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &response_);
    curl_easy_setopt(curl_, CURLOPT_USERAGENT, "opentelemetry-ebpf-instrumentation");
    add_header("Content-Type: application/x-protobuf");
    add_header("Expect:");
    if (target_.gzip) add_header("Content-Encoding: gzip");
    for (const auto& [name, value] : target_.headers)
      add_header(fmt::format("{}: {}", name, value));
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
    open_socket();
    open_tls();
    return true;
  }

  static int stop_if_cancelled(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<HttpTransport*>(self)->is_cancelled_ ? 1 : 0;
  }

  // The URL, and the proxy that leads there. Returns what is wrong with it.
  std::string set_url(const std::string& text) {
    curl_easy_setopt(curl_, CURLOPT_URL, text.c_str());
    curl_easy_setopt(curl_, CURLOPT_PROXY, "");  // none, whatever libcurl finds in the environment
    if (!target_.unix_socket.empty()) return {};
    const auto url = parse_url(text);
    if (!url) return "the URL " + url.error().message;
    const auto proxy = proxy_for(target_.proxies, url->scheme, *url);
    if (!proxy || !*proxy) return {};  // what is wrong with a proxy was said at start
    const std::string address = printable(**proxy);
    curl_easy_setopt(curl_, CURLOPT_PROXY, address.c_str());
    if ((*proxy)->has_user) {
      curl_easy_setopt(curl_, CURLOPT_PROXYUSERNAME, (*proxy)->user.c_str());
      curl_easy_setopt(curl_, CURLOPT_PROXYPASSWORD, (*proxy)->password.c_str());
      curl_easy_setopt(curl_, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
    }
    if (address != reported_proxy_) {
      reported_proxy_ = address;
      spdlog::info("{} is reached through the proxy {}", printable_address(target_), address);
    }
    return {};
  }

  [[nodiscard]] long status() const {
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  [[nodiscard]] bool is_redirect() const { return status() == 307 || status() == 308; }

  // Body and credentials go to the same host only, and never from https to http; else empty.
  [[nodiscard]] std::string redirect_within_host() const {
    const char* location = nullptr;
    curl_easy_getinfo(curl_, CURLINFO_REDIRECT_URL, &location);
    if (location == nullptr) return {};
    const auto from = parse_url(target_.url);
    const auto to = parse_url(location);
    if (!from || !to || from->host != to->host || to->has_user) return {};
    if (to->scheme != "https" && to->scheme != from->scheme) return {};
    return location;
  }

  void open_socket() {
    if (target_.unix_socket.empty()) return;
    if (target_.unix_socket[0] == '@') {
      curl_easy_setopt(curl_, CURLOPT_ABSTRACT_UNIX_SOCKET, target_.unix_socket.c_str() + 1);
    } else {
      curl_easy_setopt(curl_, CURLOPT_UNIX_SOCKET_PATH, target_.unix_socket.c_str());
    }
  }

  void open_tls() {
    if (!target_.ca_file.empty()) curl_easy_setopt(curl_, CURLOPT_CAINFO, target_.ca_file.c_str());
    if (!target_.client_certificate_file.empty()) {
      curl_easy_setopt(curl_, CURLOPT_SSLCERT, target_.client_certificate_file.c_str());
      curl_easy_setopt(curl_, CURLOPT_SSLKEY, target_.client_key_file.c_str());
    }
    if (target_.insecure_skip_verify) {
      curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, 0L);
    }
  }

  void add_header(const std::string& line) { headers_ = curl_slist_append(headers_, line.c_str()); }

  // Certificates won't get better by waiting; everything else may.
  Delivery connection_failure(CURLcode code) const {
    const bool certificate = code == CURLE_PEER_FAILED_VERIFICATION ||
                             code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE ||
                             code == CURLE_URL_MALFORMAT;
    long os_error = 0;
    curl_easy_getinfo(curl_, CURLINFO_OS_ERRNO, &os_error);
    std::string reason = curl_easy_strerror(code);
    if (code == CURLE_COULDNT_CONNECT && os_error != 0)
      reason = std::strerror(static_cast<int>(os_error));
    return {.outcome = certificate ? Outcome::kRefused : Outcome::kRetry,
            .error = std::move(reason)};
  }

  Delivery delivery_of_status() {
    const long status = this->status();
    Delivery delivery;
    if (status >= 200 && status < 300) {
      read_partial_success(response_, delivery);
      return delivery;
    }
    delivery.error = "HTTP status " + std::to_string(status);
    const bool retry = status == 429 || status == 502 || status == 503 || status == 504;
    delivery.outcome = retry ? Outcome::kRetry : Outcome::kRefused;
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
      delivery.retry_after = std::chrono::seconds(std::min<curl_off_t>(seconds, 3600));
    }
    return delivery;
  }

  OtlpTarget target_;
  CURL* curl_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::string compressed_;
  std::string response_;
  std::string reported_proxy_;
  std::atomic<bool> is_cancelled_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_http_transport(const OtlpTarget& target) {
  return std::make_unique<HttpTransport>(target);
}

}  // namespace obi::exporting::otlp

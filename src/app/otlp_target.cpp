// SPDX-License-Identifier: Apache-2.0
#include "app/otlp_target.hpp"

#include <fmt/format.h>

namespace obi::app {
namespace {

struct Endpoint {
  std::string text;
  std::string origin;   // for messages
  bool common = false;  // OTEL_EXPORTER_OTLP_ENDPOINT
};

struct Url {
  std::string scheme;
  std::string authority;
  std::string path;
};

std::optional<Url> parse_url(const std::string& text) {
  const std::size_t scheme_end = text.find("://");
  Url url;
  url.scheme = scheme_end == std::string::npos ? "http" : text.substr(0, scheme_end);
  const std::size_t begin = scheme_end == std::string::npos ? 0 : scheme_end + 3;
  const std::size_t slash = text.find('/', begin);
  url.authority = text.substr(begin, slash == std::string::npos ? slash : slash - begin);
  if (slash != std::string::npos) url.path = text.substr(slash);
  if (url.authority.empty() || url.authority.find(' ') != std::string::npos) return std::nullopt;
  return url;
}

std::string traces_path(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  constexpr std::string_view kPath = "/v1/traces";
  if (path.ends_with(kPath)) path.resize(path.size() - kPath.size());
  return path + std::string(kPath);
}

std::string metrics_path(std::string path, bool common) {
  if (!common && !path.empty() && path != "/") return path;
  while (path.ends_with('/')) path.pop_back();
  return path + "/v1/metrics";
}

std::map<std::string, std::string> parse_headers(const std::string& common,
                                                 const std::string& own) {
  std::map<std::string, std::string> headers;
  for (const std::string* text : {&common, &own}) {
    for (const std::string& item : config::split_list(*text)) {
      const std::size_t equals = item.find('=');
      if (equals == std::string::npos) continue;
      const auto trim = [](std::string value) {
        value.erase(0, value.find_first_not_of(" \t"));
        value.erase(value.find_last_not_of(" \t") + 1);
        return value;
      };
      const std::string key = trim(item.substr(0, equals));
      const std::string value = trim(item.substr(equals + 1));
      if (!key.empty() && !value.empty()) headers[key] = value;
    }
  }
  return headers;
}

bool set_socket(exporting::OtlpTarget& target, const Endpoint& endpoint,
                std::vector<std::string>& mistakes) {
  target.unix_socket = endpoint.text.substr(std::string_view("unix://").size());
  if (target.unix_socket.empty() || target.unix_socket.size() > 108 ||
      (target.unix_socket[0] != '/' && target.unix_socket[0] != '@')) {
    mistakes.push_back(fmt::format("{}: '{}' must be unix:///path or unix://@name", endpoint.origin,
                                   endpoint.text));
    return false;
  }
  return true;
}

}  // namespace

std::optional<exporting::OtlpTarget> otlp_target(const config::Config& config, OtlpSignal signal,
                                                 std::vector<std::string>& mistakes,
                                                 std::vector<std::string>& warnings) {
  const bool traces = signal == OtlpSignal::kTraces;
  const std::string section = traces ? "otel_traces_export" : "otel_metrics_export";
  Endpoint endpoint{.text = config.text(section + ".endpoint"), .origin = section + ".endpoint"};
  if (endpoint.text.empty()) {
    endpoint = {.text = config.text(section + ".common_endpoint"),
                .origin = "OTEL_EXPORTER_OTLP_ENDPOINT",
                .common = true};
  }
  std::string protocol = config.text(section + ".own_protocol");
  if (protocol.empty()) protocol = config.text(section + ".protocol");
  if (endpoint.text.empty() || protocol == "debug") return std::nullopt;

  exporting::OtlpTarget target;
  const bool socket = endpoint.text.starts_with("unix://");
  std::optional<Url> url;
  if (socket) {
    if (!set_socket(target, endpoint, mistakes)) return std::nullopt;
    url = Url{.scheme = "http", .authority = "localhost", .path = ""};
  } else {
    url = parse_url(endpoint.text);
  }
  if (!url) {
    mistakes.push_back(fmt::format("{}: must be a URL such as http://host:4318", endpoint.origin));
    return std::nullopt;
  }
  if (protocol.empty()) protocol = url->authority.ends_with("4317") ? "grpc" : "http/protobuf";
  if (protocol == "http/json")
    warnings.push_back(section + ".protocol: http/json is sent as http/protobuf");
  target.protocol =
      protocol == "grpc" ? exporting::OtlpProtocol::kGrpc : exporting::OtlpProtocol::kHttpProtobuf;
  target.tls = url->scheme != "http" && !socket;
  target.url = (target.tls ? "https://" : "http://") + url->authority;
  if (target.protocol == exporting::OtlpProtocol::kHttpProtobuf) {
    target.url += traces ? traces_path(url->path) : metrics_path(url->path, endpoint.common);
  }
  target.insecure_skip_verify = config.boolean(section + ".insecure_skip_verify");
  const auto common = config.environment()("OTEL_EXPORTER_OTLP_HEADERS").value_or("");
  target.headers = parse_headers(config::substitute(common, config.environment()),
                                 config.text(section + ".headers"));
  target.ca_file = config.text(section + ".certificate");
  target.client_certificate_file = config.text(section + ".client_certificate");
  target.client_key_file = config.text(section + ".client_key");
  target.gzip = config.text(section + ".compression") == "gzip";
  target.timeout = std::chrono::milliseconds(config.integer(section + ".timeout"));
  return target;
}

}  // namespace obi::app

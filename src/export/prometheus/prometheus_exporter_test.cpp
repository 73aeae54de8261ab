// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/prometheus_exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <string>
#include <utility>
#include <vector>

#include "export/prometheus/promtool.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::exporting {
namespace {

using testing::HasSubstr;
using testing::Not;

model::BatchRef batch_of(model::BatchPool& pool, std::vector<model::Span> spans) {
  auto batch = pool.take();
  batch.writable().spans = std::move(spans);
  return batch;
}

std::string text_of(const HttpPage& page) {
  std::string text = page.body;
  while (page.more && page.more(text)) {
  }
  return text;
}

class PrometheusExporterTest : public testing::Test {
 protected:
  model::BatchPool pool_{16};
};

PrometheusExporterOptions small_options() {
  PrometheusExporterOptions options;
  options.build_info = std::nullopt;
  options.aggregator.buckets = {
      .duration = {0.01, 0.03, 1}, .request_size = {0}, .response_size = {100}};
  return options;
}

TEST_F(PrometheusExporterTest, PageIsAsWritten) {
  PrometheusExporter exporter(small_options());
  const auto service = metrics::test_service("users");
  exporter.on_service_added(service);
  auto slow = metrics::server_span(service);
  slow.end_ns = slow.request_start_ns + 2 * metrics::kSecond_ns;
  exporter.consume(batch_of(pool_, {metrics::server_span(service), slow}));

  const std::string labels =
      "error_type=\"\",http_request_method=\"GET\",http_response_status_code=\"200\",http_route=\"/"
      "users/{id}\","
      "instance=\"host:100\",job=\"shop/users\",server_address=\"users\",server_port=\"8080\","
      "service_name=\"users\",service_namespace=\"shop\",url_scheme=\"http\"";
  const auto histogram = [&](const std::string& name, const std::string& sum,
                             const std::vector<std::pair<std::string, int>>& buckets) {
    std::string text =
        name + "_count{" + labels + "} 2\n" + name + "_sum{" + labels + "} " + sum + "\n";
    for (const auto& [bound, count] : buckets) {
      text += name + "_bucket{" + labels + ",le=\"" + bound + "\"} " + std::to_string(count) + "\n";
    }
    return text;
  };
  EXPECT_EQ(
      text_of(exporter.page()),
      "# HELP http_server_request_body_size_bytes Size of HTTP server request bodies.\n"
      "# TYPE http_server_request_body_size_bytes histogram\n" +
          histogram("http_server_request_body_size_bytes", "0", {{"0", 2}, {"+Inf", 2}}) +
          "# HELP http_server_request_duration_seconds Duration of HTTP server requests.\n"
          "# TYPE http_server_request_duration_seconds histogram\n" +
          histogram("http_server_request_duration_seconds", "2.03",
                    {{"0.01", 0}, {"0.03", 1}, {"1", 1}, {"+Inf", 2}}) +
          "# HELP http_server_response_body_size_bytes Size of HTTP server response bodies.\n"
          "# TYPE http_server_response_body_size_bytes histogram\n" +
          histogram("http_server_response_body_size_bytes", "240", {{"100", 0}, {"+Inf", 2}}) +
          "# HELP target_info Attributes of an instrumented service.\n"
          "# TYPE target_info gauge\n"
          "target_info{host_id=\"machine-1\",host_name=\"host\",instance=\"host:100\",job=\"shop/"
          "users\","
          "os_type=\"linux\",service_name=\"users\",service_namespace=\"shop\",source=\"obi\","
          "telemetry_distro_name=\"opentelemetry-ebpf-instrumentation\",telemetry_distro_version="
          "\"unset\","
          "telemetry_sdk_language=\"go\",telemetry_sdk_name=\"opentelemetry\","
          "telemetry_sdk_version=\"unknown\"} 1\n");
}

TEST_F(PrometheusExporterTest, PageHasTheMetricsOfEveryProtocol) {
  const model::DatabaseCall redis = {.system = "redis"};
  const model::MessagingCall kafka = {.system = "kafka"};
  const model::RpcCall nfs = {.program = "nfs"};
  const model::DnsLookup lookup = {};
  const auto service = metrics::test_service("shop");
  auto get = metrics::database_span(model::EventType::kRedisClient, service, redis);
  get.method = "GET";
  get.path = {};
  auto failed = get;
  failed.status = 1;
  auto read = metrics::call_span(model::EventType::kSunRpcServer, service, "READ", "nfs");
  read.rpc = &nfs;
  auto question = metrics::call_span(model::EventType::kDns, service, "A", "db.example");
  question.dns = &lookup;
  question.status = 3;
  PrometheusExporter exporter(small_options());
  exporter.consume(batch_of(
      pool_, {get, failed, read, question,
              metrics::message_span(model::EventType::kKafkaClient, service, "publish", kafka),
              metrics::message_span(model::EventType::kKafkaServer, service, "process", kafka),
              metrics::call_span(model::EventType::kFailedConnect, service, "")}));
  EXPECT_EQ(exporter.counts().not_wanted, 1U) << "no metric counts failed connections";

  const std::string page = text_of(exporter.page());
  const std::string of_service = "service_name=\"shop\",service_namespace=\"shop\"";
  const std::string of_instance = "instance=\"host:100\",job=\"shop/shop\",";
  for (const std::string& series : {
           "db_client_operation_duration_seconds_count{db_operation_name=\"GET\",db_system_name="
           "\"redis\",error_type=\"\"," +
               of_instance + "server_address=\"users\"," + of_service,
           "db_client_operation_duration_seconds_count{db_operation_name=\"GET\",db_system_name="
           "\"redis\",error_type=\"error\"," +
               of_instance + "server_address=\"users\"," + of_service,
           "messaging_client_operation_duration_seconds_count{" + of_instance +
               "messaging_destination_name=\"parcels\",messaging_operation_name=\"publish\","
               "messaging_system=\"kafka\",server_address=\"users\"," +
               of_service,
           "messaging_process_duration_seconds_count{" + of_instance +
               "messaging_destination_name=\"parcels\",messaging_operation_name=\"process\","
               "messaging_system=\"kafka\",server_address=\"users\"," +
               of_service,
           "rpc_server_call_duration_seconds_count{" + of_instance +
               "rpc_method=\"READ\",rpc_response_status_code=\"0\",rpc_system_name=\"onc_rpc\","
               "server_address=\"users\",server_port=\"8080\"," +
               of_service,
           "dns_lookup_duration_seconds_count{error_type=\"NXDomain\"," + of_instance + of_service,
       }) {
    EXPECT_THAT(page, HasSubstr(series + "} 1\n"));
  }
  if (!has_promtool()) GTEST_SKIP() << "promtool is not installed";
  EXPECT_EQ(complaints_of_promtool(page), "");
}

TEST_F(PrometheusExporterTest, BuildInfoNamesTheLanguages) {
  PrometheusExporterOptions options;
  options.build_info = BuildInfo{.version = "v9", .revision = "abc", .compiler = "g++ 1"};
  PrometheusExporter exporter(std::move(options));
  EXPECT_EQ(text_of(exporter.page()), "");
  exporter.on_service_added(metrics::test_service("users"));
  EXPECT_THAT(text_of(exporter.page()), HasSubstr("obi_build_info{goarch=\""));
  EXPECT_THAT(text_of(exporter.page()),
              HasSubstr("goos=\"linux\",goversion=\"g++ 1\",revision=\"abc\","
                        "version=\"v9\",target_lang=\"go\"} 1\n"));
}

TEST_F(PrometheusExporterTest, TargetInfoGoesWithTheService) {
  PrometheusExporter exporter(small_options());
  const auto service = metrics::test_service("users");
  exporter.on_service_added(service);
  EXPECT_THAT(text_of(exporter.page()), HasSubstr("target_info{"));
  exporter.on_service_removed(service);
  EXPECT_EQ(text_of(exporter.page()), "");
}

TEST_F(PrometheusExporterTest, EverySpanIsExportedOrNotWanted) {
  PrometheusExporter exporter(small_options());
  const auto service = metrics::test_service("users");
  auto ignored = metrics::server_span(service);
  ignored.ignore_metrics = true;
  exporter.consume(batch_of(pool_, {metrics::server_span(service), ignored}));
  exporter.consume(batch_of(pool_, {metrics::client_span(service)}));
  const auto counts = exporter.counts();
  EXPECT_EQ(counts.consumed, 3U);
  EXPECT_EQ(counts.exported, 0U);
  EXPECT_EQ(counts.not_wanted, 1U);
  EXPECT_EQ(counts.held(), 2U);
  const auto page = exporter.page();
  EXPECT_EQ(exporter.counts().held(), 2U);
  exporter.consume(batch_of(pool_, {metrics::client_span(service)}));
  page.on_sent();
  EXPECT_EQ(exporter.counts().exported, 2U);  // what came after the page was made isn't on it
  EXPECT_EQ(exporter.counts().held(), 1U);
  exporter.close();
  EXPECT_EQ(exporter.counts().exported, 2U);
  EXPECT_EQ(exporter.counts().dropped, 1U);
}

TEST_F(PrometheusExporterTest, ExponentialHistogramsDoNotReachThePage) {
  auto options = small_options();
  options.aggregator.exponential_histograms = true;
  options.aggregator.dialect = metrics::Dialect::kOtlp;
  PrometheusExporter exporter(std::move(options));
  exporter.consume(batch_of(pool_, {metrics::server_span(metrics::test_service("users"))}));
  EXPECT_THAT(text_of(exporter.page()), HasSubstr("http_server_request_duration_seconds_bucket{"));
  EXPECT_THAT(text_of(exporter.page()), HasSubstr("instance=\"host:100\""));
}

/// Two services, both kinds of spans, hostile texts, more sets of values than there may be series.
void consume_all_sorts(PrometheusExporter& exporter, model::BatchPool& pool) {
  std::vector<model::Span> spans;
  for (std::uint32_t pid = 1; pid <= 2; ++pid) {
    auto service = metrics::test_service("users \"1\"\n", pid);
    service->metadata = {{"app.kubernetes.io/name", "x"}, {"k8s.pod.name", "a\\b"}};
    exporter.on_service_added(service);
    for (int status = 200; status < 210; ++status) {
      auto span = metrics::server_span(service);
      span.status = status;
      span.server_name = "quote\" backslash\\ newline\n invalid\xff end";
      span.route = "{}=,#";
      spans.push_back(span);
      span.type = model::EventType::kHttpClient;
      spans.push_back(span);
    }
  }
  exporter.consume(batch_of(pool, std::move(spans)));
}

TEST_F(PrometheusExporterTest, PromtoolAcceptsARealScrape) {
  if (!has_promtool()) GTEST_SKIP() << "promtool is not installed";
  PrometheusExporterOptions options;
  options.aggregator.cardinality_limit = 6;
  options.aggregator.groups.kubernetes = true;
  options.aggregator.resource.extra_labels = {"app.kubernetes.io/name"};
  options.aggregator.resource.node_metadata = {{"cloud.region", "x"}, {"host.id", "node"}};
  PrometheusExporter exporter(std::move(options));
  consume_all_sorts(exporter, pool_);

  HttpListener listener({});
  listener.mount("/metrics", [&] { return exporter.page(); });
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  const auto page = client.Get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->body, HasSubstr("otel_metric_overflow=\"true\""));
  EXPECT_THAT(page->body, HasSubstr("app_kubernetes_io_name=\"x\""));
  EXPECT_THAT(page->body, Not(HasSubstr("\xff")));
  EXPECT_EQ(complaints_of_promtool(page->body), "");
}

TEST(Promtool, ComplainsOfABadPage) {
  if (!has_promtool()) GTEST_SKIP() << "promtool is not installed";
  EXPECT_NE(complaints_of_promtool("a{x=\"1\"} 1\na{x=\"1\"} 2\n{\n"), "");
}

}  // namespace
}  // namespace obi::exporting

// SPDX-License-Identifier: Apache-2.0
#include "model/span_attributes.hpp"

#include <gtest/gtest.h>

namespace obi::model {
namespace {

IpAddress ipv4(std::uint8_t last) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last}};
}

class SpanAttributes : public testing::Test {
 protected:
  SpanAttributes() {
    auto service = std::make_shared<Service>();
    service->name = "cart";
    service->name_space = "shop";
    service->instance_id = "host:42";
    service->language = Language::kGo;
    service->metadata = {{"k8s.kind", "Deployment"}, {"k8s.pod.name", "cart-0"}};
    span.service = service;
    span.type = EventType::kHttpServer;
    span.method = "GET";
    span.path = "/carts/7";
    span.route = "/carts/*";
    span.scheme = "http";
    span.status = 503;
    span.request_bytes = 12;
    span.response_bytes = 345;
    span.client = {.address = ipv4(1), .port = 5000};
    span.server = {.address = ipv4(2), .port = 8080};
  }
  std::string value(std::string_view name) {
    const auto attribute = SpanAttribute::find(name);
    EXPECT_TRUE(attribute) << name;
    return attribute ? std::string(attribute->value(span, names, scratch)) : "";
  }
  Span span;
  UnresolvedNames names;
  base::Arena scratch;
};

TEST_F(SpanAttributes, EachNameGivesItsValue) {
  const std::pair<const char*, const char*> expected[] = {
      {"http.request.method", "GET"},
      {"http.response.status_code", "503"},
      {"http.request.body.size", "12"},
      {"http.response.body.size", "345"},
      {"url.path", "/carts/7"},
      {"url.scheme", "http"},
      {"http.route", "/carts/*"},
      {"server.port", "8080"},
      {"service.name", "cart"},
      {"service.namespace", "shop"},
      {"service.instance.id", "host:42"},
      {"instance", "host:42"},
      {"job", "shop/cart"},
      {"span.kind", "SPAN_KIND_SERVER"},
      {"span.name", "GET /carts/*"},
      {"status.code", "STATUS_CODE_ERROR"},
      {"source", "obi"},
      {"telemetry.sdk.language", "go"},
      {"k8s.pod.name", "cart-0"},
      {"k8s.kind", "Deployment"},
      {"k8s.node.name", ""},
      {"rpc.method", ""},
  };
  for (const auto& [name, text] : expected) EXPECT_EQ(value(name), text) << name;
}

TEST_F(SpanAttributes, ACallGivesItsOwn) {
  const DatabaseCall database = {
      .system = "redis", .query_text = "GET ?", .error_message = "WRONGTYPE"};
  span.type = EventType::kRedisClient;
  span.method = "GET";
  span.path = "users";
  span.status = 1;
  span.database = &database;
  const std::pair<const char*, const char*> expected[] = {
      {"db.system.name", "redis"},
      {"db.operation.name", "GET"},
      {"db.collection.name", "users"},
      {"db.query.text", "GET ?"},
      {"db.response.error", "WRONGTYPE"},
      {"error.type", "error"},
      {"span.kind", "SPAN_KIND_CLIENT"},
      {"span.name", "GET"},
      {"connection_type", "database"},
      {"messaging.operation.name", ""},
      {"dns.question.name", ""},
      {"rpc.method", ""},
      {"rpc.system.name", ""},
      {"rpc.response.status_code", ""},
  };
  for (const auto& [name, text] : expected) EXPECT_EQ(value(name), text) << name;

  const MessagingCall messaging = {.system = "nats"};
  span.type = EventType::kNatsClient;
  span.method = "publish";
  span.path = "a.b";
  span.database = nullptr;
  span.messaging = &messaging;
  EXPECT_EQ(value("messaging.system"), "nats");
  EXPECT_EQ(value("messaging.operation.name"), "publish");
  EXPECT_EQ(value("messaging.destination.name"), "a.b");
  EXPECT_EQ(value("connection_type"), "messaging_system");
  EXPECT_EQ(value("span.kind"), "SPAN_KIND_PRODUCER");
  EXPECT_EQ(value("error.type"), "");
  for (const char* name : {"db.system.name", "db.operation.name", "db.collection.name"}) {
    EXPECT_EQ(value(name), "") << name;
  }
  span.type = EventType::kNatsServer;
  EXPECT_EQ(value("span.kind"), "SPAN_KIND_SERVER");
  EXPECT_EQ(value("connection_type"), "");
}

TEST_F(SpanAttributes, AnRpcAndALookUpGiveTheirs) {
  const RpcCall rpc = {.program = "nfs"};
  span.type = EventType::kSunRpcServer;
  span.method = "READ";
  span.status = 4;
  span.rpc = &rpc;
  EXPECT_EQ(value("rpc.method"), "READ");
  EXPECT_EQ(value("rpc.system.name"), "onc_rpc");
  EXPECT_EQ(value("rpc.response.status_code"), "3");
  EXPECT_EQ(value("error.type"), "error");

  const DnsLookup dns = {};
  span.type = EventType::kDns;
  span.path = "db.example";
  span.status = 2;
  span.rpc = nullptr;
  span.dns = &dns;
  EXPECT_EQ(value("dns.question.name"), "db.example");
  EXPECT_EQ(value("error.type"), "ServFail");
  EXPECT_EQ(value("server.address"), "outgoing");
  EXPECT_EQ(value("client.address"), "unresolved");
  span.status = 0;
  EXPECT_EQ(value("error.type"), "");
}

TEST_F(SpanAttributes, DotsAndUnderscoresAreTheSameInNames) {
  EXPECT_EQ(value("http_response_status_code"), "503");
  EXPECT_EQ(value("k8s_pod_name"), "cart-0");
  EXPECT_EQ(SpanAttribute::find("client.service.namespace")->name(), "client_service_namespace");
  for (const char* unknown : {"", "no.such", "url.pat", "url.path.", "URL.PATH"}) {
    EXPECT_FALSE(SpanAttribute::find(unknown)) << unknown;
  }
}

TEST_F(SpanAttributes, AddressesWithoutANameAreRenamedBySide) {
  EXPECT_EQ(value("client.address"), "incoming");
  EXPECT_EQ(value("client"), "incoming");
  EXPECT_EQ(value("server.address"), "unresolved");
  EXPECT_EQ(value("server"), "unresolved");
  span.type = EventType::kHttpClient;
  EXPECT_EQ(value("client.address"), "unresolved");
  EXPECT_EQ(value("client"), "unresolved");
  EXPECT_EQ(value("server.address"), "outgoing");
  EXPECT_EQ(value("server"), "outgoing");
}

TEST_F(SpanAttributes, AnEmptyReplacementLeavesTheAddress) {
  names = {.generic = "", .outgoing = "", .incoming = ""};
  EXPECT_EQ(value("client.address"), "10.0.0.1");
  EXPECT_EQ(value("server"), "10.0.0.2");
}

TEST_F(SpanAttributes, AHeaderWithAnAddressIsRenamedToo) {
  span.type = EventType::kHttpClient;
  for (const char* header : {"10.9.8.7:80", "10.9.8.7", "[2001:db8::1]:80", "[::1]"}) {
    span.host_header = header;
    EXPECT_EQ(value("server.address"), "outgoing") << header;
  }
  span.host_header = "api.example.com:8443";
  EXPECT_EQ(value("server.address"), "api.example.com");
}

TEST_F(SpanAttributes, TheRemoteNamespaceStandsBehindTheRemoteName) {
  span.client_name = "web";
  span.server_name = "cart";
  span.other_namespace = "front";
  EXPECT_EQ(value("client.address"), "web.front");
  EXPECT_EQ(value("client"), "web");
  EXPECT_EQ(value("server.address"), "cart");
  EXPECT_EQ(value("client_service_namespace"), "front");
  EXPECT_EQ(value("server_service_namespace"), "shop");
  span.other_namespace = "shop";
  EXPECT_EQ(value("client.address"), "web");
  span.type = EventType::kHttpClient;
  span.other_namespace = "back";
  EXPECT_EQ(value("server.address"), "cart.back");
  EXPECT_EQ(value("client.address"), "web");
  EXPECT_EQ(value("client_service_namespace"), "shop");
  EXPECT_EQ(value("server_service_namespace"), "back");
}

TEST_F(SpanAttributes, AnUnknownRemoteSideTakesTheOwnNamespace) {
  EXPECT_EQ(value("client_service_namespace"), "shop");
  span.client_name = "web";
  EXPECT_EQ(value("client_service_namespace"), "");
}

TEST_F(SpanAttributes, ASpanWithoutServiceHasNoServiceAttributes) {
  span.service = nullptr;
  for (const char* name :
       {"service.name", "job", "instance", "telemetry.sdk.language", "k8s.pod.name",
        "server_service_namespace", "client_service_namespace"}) {
    EXPECT_EQ(value(name), "") << name;
  }
}

}  // namespace
}  // namespace obi::model

// SPDX-License-Identifier: Apache-2.0
// The README names what the table has. The whole list is docs/protocols.md (table_test.cpp).
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "protocol/table.hpp"
#include "support/source_folder.hpp"

namespace obi::protocol {
namespace {

const std::map<std::string_view, std::string_view> kNamesForPeople = {
    {"http1", "HTTP/1.x"},      {"dns", "DNS"},
    {"sunrpc", "ONC RPC"},      {"redis", "Redis"},
    {"aerospike", "Aerospike"}, {"fastcgi", "FastCGI"},
    {"mongo", "MongoDB"},       {"nats", "NATS"},
    {"amqp091", "AMQP 0-9-1"},  {"amqp10", "and 1.0"},
    {"mqtt", "MQTT"},           {"couchbase", "Couchbase"},
    {"memcached", "memcached"}, {"mysql", "MySQL"},
    {"kafka", "Kafka"},         {"mssql", "SQL Server"},
    {"postgres", "PostgreSQL"},
};

TEST(Readme, NamesProtocolsOfTheTable) {
  std::ifstream file(support::source_folder() + "/README.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t begin = text.find("This version traces");
  ASSERT_NE(begin, std::string::npos);
  const std::string list = text.substr(begin, text.find("docs/protocols.md", begin) - begin);
  for (const auto& [row, name] : kNamesForPeople) {
    EXPECT_NE(find_protocol(row), nullptr) << row;
    EXPECT_NE(list.find(name), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace obi::protocol

// SPDX-License-Identifier: Apache-2.0
// The README's list of protocols says what the table has, neither more nor less.
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
    {"postgres", "PostgreSQL"}, {"sql", ""},  // no protocol: a guess, off by default
};

TEST(Readme, NamesEveryProtocolOfTheTable) {
  std::ifstream file(support::source_folder() + "/README.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t begin = text.find("This version traces");
  ASSERT_NE(begin, std::string::npos);
  const std::string list = text.substr(begin, text.find("docs/protocols.md", begin) - begin);
  for (const ProtocolRow& row : protocols()) {
    const auto found = kNamesForPeople.find(row.name);
    ASSERT_NE(found, kNamesForPeople.end()) << row.name;
    EXPECT_NE(list.find(found->second), std::string::npos) << row.name;
  }
  EXPECT_EQ(kNamesForPeople.size(), protocols().size());
}

}  // namespace
}  // namespace obi::protocol

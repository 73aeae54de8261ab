// SPDX-License-Identifier: Apache-2.0
// For tests: reads OTLP bytes back, field by field, without the code that wrote them.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <vector>

#include "export/otlp/encode/trace_encoder.hpp"

namespace obi::exporting::otlp {

/// The first sub-message with this number.
inline protozero::pbf_reader sub(protozero::pbf_reader message, int field) {
  message.next(static_cast<protozero::pbf_tag_type>(field));
  return message.get_message();
}

/// Numbers as decimal text behind a '#', so that a test can distinguish them from text: "#200".
inline std::map<std::string, std::string> typed_attributes_of(protozero::pbf_reader message,
                                                              int field) {
  std::map<std::string, std::string> attributes;
  while (message.next(static_cast<protozero::pbf_tag_type>(field))) {
    protozero::pbf_reader pair = message.get_message();
    pair.next(1);
    const std::string key = pair.get_string();
    pair.next(2);
    protozero::pbf_reader any = pair.get_message();
    any.next();
    const bool is_text = any.tag() == 1;
    EXPECT_FALSE(attributes.contains(key)) << key << " is there twice";
    attributes[key] = is_text ? any.get_string() : "#" + std::to_string(any.get_int64());
  }
  return attributes;
}

/// As above, numbers as plain text.
inline std::map<std::string, std::string> attributes_of(protozero::pbf_reader message, int field) {
  auto attributes = typed_attributes_of(message, field);
  for (auto& [key, value] : attributes) {
    if (value.starts_with('#')) value.erase(0, 1);
  }
  return attributes;
}

struct DecodedSpan {
  std::string name;
  int kind = 0;
  int status_code = 0;
  std::string status_message;
  std::map<std::string, std::string> attributes;
};

/// The span as an encoder with this selection writes it.
inline DecodedSpan encoded_and_decoded(const model::Span& span,
                                       const metrics::AttributeSelection& selection = {}) {
  TraceEncoder encoder(
      {.selection = selection, .resource = {}, .redaction = model::QueryRedaction()});
  std::string bytes;
  encoder.encode({&span}, 0, bytes);
  protozero::pbf_reader message = sub(sub(sub(protozero::pbf_reader(bytes), 1), 2), 2);
  DecodedSpan decoded{.attributes = typed_attributes_of(message, 9)};
  while (message.next()) {
    switch (message.tag()) {
      case 5: decoded.name = message.get_string(); break;
      case 6: decoded.kind = message.get_enum(); break;
      case 15: {
        protozero::pbf_reader status = message.get_message();
        while (status.next()) {
          if (status.tag() == 2) {
            decoded.status_message = status.get_string();
          } else {
            decoded.status_code = status.get_enum();
          }
        }
        break;
      }
      default: message.skip();
    }
  }
  return decoded;
}

}  // namespace obi::exporting::otlp

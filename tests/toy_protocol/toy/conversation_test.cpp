// SPDX-License-Identifier: Apache-2.0
// A protocol that was added as docs/add_a_protocol.md says has spans, a selector and its attribute.
#include "protocol/toy/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/attributes.hpp"
#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::toy {
namespace {

using testing::ElementsAre;

std::string message(const std::string& text) {
  return "\xf5TOY" + std::string(1, static_cast<char>(text.size())) + text;
}

const std::vector<Call> kExchanges = {{false, message("get apple red")},
                                      {true, message("ok")},
                                      {false, message("eat pear green")},
                                      {true, message("unripe")}};

TEST(ToyProtocol, IsRecognisedAndMakesSpans) {
  EXPECT_EQ(classified(kExchanges), "toy");
  EXPECT_THAT(spans_of("toy", kExchanges), ElementsAre("get apple 0", "eat pear 1"));
}

TEST(ToyProtocol, ARequestWithoutAnswerIsAFailedSpan) {
  Talk talk("toy");
  talk.client(kExchanges[0].bytes);
  talk.close(model::ConnectionEnd::kPeerClosed);
  EXPECT_THAT(talk.reported(), ElementsAre("get apple 0 !eof"));
}

TEST(ToyProtocol, AnyInputIsHarmless) { expect_robust("toy", kExchanges); }

TEST(ToyProtocol, HasASelector) {
  const std::vector<std::string> selectors = {"toy"};
  EXPECT_TRUE(model::selected_types(selectors).has(model::EventType::kToyClient));
  const std::vector<std::string> others = {"http", "redis"};
  EXPECT_FALSE(model::selected_types(others).has(model::EventType::kToyClient));
}

TEST(ToyProtocol, HasAnAttributeOfItsOwn) {
  Talk talk("toy");
  talk.client(kExchanges[0].bytes);
  talk.server(kExchanges[1].bytes);
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  const model::AttributeRow* row = model::find_attribute("toy_colour");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->name, "toy.colour");
  base::Arena scratch;
  const model::AttributeSource source{
      .span = talk.sink.spans[0], .scratch = scratch, .query = {}, .rename = nullptr};
  EXPECT_EQ(row->get(source), model::AttributeView(std::string_view("red")));
}

}  // namespace
}  // namespace obi::protocol::toy

// SPDX-License-Identifier: Apache-2.0
#include "metrics/instrument.hpp"

#include <cmath>

namespace obi::metrics {

using model::MetricType;

Number::Number(MetricType type, bool integer) : type_(type), integer_(integer) {}

void Number::add(double value) {
  if (!std::isfinite(value) || (type_ == MetricType::kCounter && value < 0)) return;
  if (type_ == MetricType::kGauge) reset();
  is_set_ = true;
  if (integer_) {
    integer_value_ += static_cast<std::int64_t>(value);
  } else {
    double_ += value;
  }
}

void Number::merge(const Number& other) {
  if (!other.is_set_ || (type_ == MetricType::kGauge && is_set_)) return;
  is_set_ = true;
  integer_value_ += other.integer_value_;
  double_ += other.double_;
}

void Number::reset() {
  is_set_ = false;
  integer_value_ = 0;
  double_ = 0;
}

model::MetricPoint::Value Number::value() const {
  if (integer_) return integer_value_;
  return double_;
}

namespace {

std::variant<Histogram, Number> state_of(const InstrumentOptions& options) {
  if (options.type == MetricType::kHistogram) return Histogram(options.histogram);
  return Number(options.type, options.integer);
}

}  // namespace

Instrument::Instrument(const InstrumentOptions& options)
    : is_state_(options.type == MetricType::kGauge || options.type == MetricType::kUpDownCounter),
      state_(state_of(options)) {}

void Instrument::merge(const Instrument& other) {
  if (auto* histogram = std::get_if<Histogram>(&state_)) {
    histogram->merge(std::get<Histogram>(other.state_));
  } else {
    std::get<Number>(state_).merge(std::get<Number>(other.state_));
  }
}

void Instrument::end_period(Instrument* earlier) {
  if (is_state_) return;
  if (earlier != nullptr) earlier->merge(*this);
  std::visit([](auto& state) { state.reset(); }, state_);
}

void Instrument::write_value(model::MetricPoint& point) const {
  if (const auto* histogram = std::get_if<Histogram>(&state_)) {
    histogram->write_value(point);
  } else {
    point.value = std::get<Number>(state_).value();
  }
}

void Instrument::take_exemplars(model::MetricPoint& point) {
  if (auto* histogram = std::get_if<Histogram>(&state_)) histogram->take_exemplars(point);
}

std::size_t Instrument::held_bytes() const {
  const auto* const histogram = std::get_if<Histogram>(&state_);
  return histogram == nullptr ? 0 : histogram->held_bytes() + 16;
}

}  // namespace obi::metrics

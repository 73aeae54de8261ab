// SPDX-License-Identifier: Apache-2.0
#include "swarm/runner.hpp"

#include <pthread.h>

#include <algorithm>

namespace obi::swarm {

Runner::~Runner() { stop(std::chrono::steady_clock::time_point::max()); }

void Runner::add(Node node) { nodes_.push_back(std::move(node)); }

void Runner::start() {
  ended_.assign(nodes_.size(), false);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    threads_.emplace_back([this, i] {
      pthread_setname_np(pthread_self(), nodes_[i].name.substr(0, 15).c_str());
      nodes_[i].run(stop_.get_token());
      if (nodes_[i].finished) nodes_[i].finished();
      {
        const std::lock_guard lock(mutex_);
        ended_[i] = true;
      }
      changed_.notify_all();
    });
  }
}

bool Runner::stop(std::chrono::steady_clock::time_point deadline, std::vector<std::string>* late) {
  stop_.request_stop();
  {
    std::unique_lock lock(mutex_);
    const auto all_ended = [this] {
      return std::ranges::all_of(ended_, [](bool ended) { return ended; });
    };
    if (deadline == std::chrono::steady_clock::time_point::max()) {
      changed_.wait(lock, all_ended);
    } else if (!changed_.wait_until(lock, deadline, all_ended)) {
      for (std::size_t i = 0; late != nullptr && i < nodes_.size(); ++i) {
        if (!ended_[i]) late->push_back(nodes_[i].name);
      }
      return false;
    }
  }
  threads_.clear();
  return true;
}

}  // namespace obi::swarm

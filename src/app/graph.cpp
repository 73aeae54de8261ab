// SPDX-License-Identifier: Apache-2.0
// The graph of docs/map.md, node for node.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>

#include "app/agent.hpp"
#include "app/exporters.hpp"
#include "app/sources.hpp"
#include "app/tls_account.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "discover/discovery.hpp"
#include "pipeline/name_resolver/name_resolver.hpp"
#include "pipeline/read_decorator/read_decorator.hpp"

namespace obi::app {
namespace {

class DirectoryLookup final : public pipeline::ServiceLookup {
 public:
  explicit DirectoryLookup(const discover::ProcessDirectory& directory) : directory_(directory) {}
  [[nodiscard]] Found find(std::uint32_t pid, std::uint64_t ns) const override {
    auto found = directory_.find_at(pid, ns);
    return {std::move(found.service), found.from_ns, found.until_ns};
  }

 private:
  const discover::ProcessDirectory& directory_;
};

class TracerAttacher final : public discover::Attacher {
 public:
  explicit TracerAttacher(capture::Tracer& tracer) : tracer_(tracer) {}
  base::Result<void> allow(const discover::Process& process, const model::ServiceRef&) override {
    return tracer_.allow(identity(process));
  }
  void block(const discover::Process& process) override { tracer_.block(identity(process)); }

 private:
  static capture::PidIdentity identity(const discover::Process& process) {
    return {.pid = process.pid, .ns_pid = process.ns_pid, .pid_namespace = process.pid_namespace};
  }
  capture::Tracer& tracer_;
};

constexpr std::uint64_t kReplaySeed = 1;  // makes the ids of a replay repeatable
constexpr std::size_t kIdleBatches = 64;

AgentOptions with_account(AgentOptions options, model::MemoryAccount& account) {
  options.queue.memory = &account;
  options.connection_tracker.memory = &account;
  if (options.routes) options.routes->memory = &account;
  if (options.name_resolver && options.name_resolver->dns)
    options.name_resolver->dns->memory = &account;
  if (options.otlp_traces) options.otlp_traces->memory = &account;
  if (options.otlp_metrics) options.otlp_metrics->memory = &account;
  options.otlp_aggregation.memory = &account;
  options.prometheus_metrics.memory = &account;
  return options;
}

std::string file_name(const model::Service& service) {
  return std::filesystem::path(service.executable).filename().string();
}

pipeline::AddressResolvers address_resolvers(const NameResolverOptions& options) {
  pipeline::AddressResolvers chain;
  if (options.dns) chain.push_back(std::make_unique<pipeline::DnsResolver>(*options.dns));
  return chain;
}

}  // namespace

struct Agent::Graph {
  explicit Graph(AgentOptions agent_options)
      : memory_account(0),
        options(with_account(std::move(agent_options), memory_account)),
        directory(&memory_account),
        lookup(directory),
        pool(options.span_batcher.length, kIdleBatches, &memory_account),
        exporters(options) {}

  base::Result<void> open(const CommandLine& line);
  base::Result<void> open_source(const CommandLine& line);
  base::Result<void> build_stages();
  void build_nodes();
  void set_memory_budget();
  [[nodiscard]] exporting::InternalSources internal_sources();
  void print_summary() const;

  model::MemoryAccount memory_account;  // outlives all that hold memory
  AgentOptions options;
  model::Ledger ledger;
  discover::ProcessDirectory directory;
  DirectoryLookup lookup;
  model::BatchPool pool;  // outlives every queue
  TlsAccount tls_unseen;
  std::unique_ptr<BatchQueue> spans;
  std::vector<std::unique_ptr<pipeline::Stage>> stages;
  Exporters exporters;
  std::unique_ptr<SharedRecorder> recorder;
  std::unique_ptr<capture::Tracer> tracer;
  std::unique_ptr<TracerAttacher> attacher;
  std::unique_ptr<discover::Discovery> discovery;
  std::unique_ptr<capture::Recording> recording;
  std::unique_ptr<pipeline::SpanBatcher> batcher;
  std::unique_ptr<pipeline::ConnectionTracker> connection_tracker;  // feeds the batcher
  std::unique_ptr<KernelSource> kernel;
  std::unique_ptr<ReplaySource> replay;
  swarm::Runner runner;
};

base::Result<void> Agent::Graph::open(const CommandLine& line) {
  if (line.record) {
    auto opened = capture::Recorder::open({.path = *line.record, .redact = line.record_redact},
                                          base::wall_offset_ns());
    if (!opened) return std::unexpected(std::move(opened.error()));
    recorder = std::make_unique<SharedRecorder>(std::move(*opened));
  }
  directory.set_listener([this](const model::ServiceRef& service, bool added) {
    exporters.on_service(service, added);
  });
  if (recorder) {
    directory.set_process_listener([this](std::uint32_t pid, const model::ServiceRef& service) {
      recorder->write_service(pid, *service);
    });
  }
  if (auto stages_built = build_stages(); !stages_built) return stages_built;
  spans = std::make_unique<BatchQueue>(queue_options("spans", options.queue));
  if (auto opened = open_source(line); !opened) return opened;
  set_memory_budget();
  // Last, for the pages show what was made above.
  if (auto listening = exporters.listen(options, internal_sources()); !listening) return listening;
  build_nodes();
  return {};
}

// What is resident now the program needs itself, and of the rings, which are mapped twice, what no
// record has touched yet.
void Agent::Graph::set_memory_budget() {
  if (!tracer || options.max_memory == 0) return;
  const std::size_t base = base::resident_bytes() + 2 * options.tracer.ring_bytes;
  memory_account.set_budget(MemoryGuard::budget(options.max_memory, base));
}

base::Result<void> Agent::Graph::build_stages() {
  stages.push_back(std::make_unique<pipeline::ReadDecorator>(lookup, ledger));
  if (options.routes) stages.push_back(std::make_unique<pipeline::Routes>(*options.routes));
  if (options.name_resolver)
    stages.push_back(
        std::make_unique<pipeline::NameResolver>(address_resolvers(*options.name_resolver)));
  if (options.has_filter) {
    auto filter = pipeline::AttributesFilter::create(options.filter, ledger);
    if (!filter) return std::unexpected(std::move(filter.error()));
    stages.push_back(std::make_unique<pipeline::AttributesFilter>(std::move(*filter)));
  }
  return {};
}

base::Result<void> Agent::Graph::open_source(const CommandLine& line) {
  options.span_batcher.wall_offset_ns = base::wall_offset_ns();
  if (line.replay) {
    auto opened = capture::Recording::open(*line.replay);
    if (!opened) return std::unexpected(std::move(opened.error()));
    recording = std::make_unique<capture::Recording>(std::move(*opened));
    options.span_batcher.wall_offset_ns = recording->wall_offset_ns();
    options.span_batcher.id_seed = kReplaySeed;
  } else {
    tracer = OBI_TRY(capture::Tracer::open(options.tracer));
    attacher = std::make_unique<TracerAttacher>(*tracer);
    discover::DiscoveryOptions found{
        .rules = options.discovery,
        .own_pid = static_cast<std::uint32_t>(getpid()),
        .host = discover::read_host_facts(options.host),
        .lost_events = [this] { return tracer->lost_process_events(); }};
    discovery =
        std::make_unique<discover::Discovery>(std::move(found), directory, *attacher, ledger);
  }
  batcher = std::make_unique<pipeline::SpanBatcher>(
      options.span_batcher, ledger, pool, [this](model::BatchRef&& batch) {
        const std::size_t count = batch->spans.size();
        if (!spans->send(std::move(batch))) ledger.add(model::Reason::SpansQueueFull, count);
      });
  connection_tracker = std::make_unique<pipeline::ConnectionTracker>(
      options.connection_tracker, *batcher,
      [this](std::uint64_t id, model::Source source, model::CaptureMode mode) {
        if (tracer) tracer->set_mode(id, source, mode);
      },
      [this](std::uint32_t pid) {
        if (const auto service = directory.find(pid)) tls_unseen.add(file_name(*service));
      });
  return {};
}

void Agent::Graph::build_nodes() {
  const RecordDispatcher dispatcher(*connection_tracker, *batcher, ledger);
  if (recording) {
    replay = std::make_unique<ReplaySource>(*recording, dispatcher, directory);
    runner.add({.name = "replay",
                .run = [this](std::stop_token stop) { replay->run(stop); },
                .finished = [this] { spans->close(); }});
  } else {
    kernel = std::make_unique<KernelSource>(*tracer, dispatcher, *discovery, recorder.get(),
                                            MemoryGuard(options.max_memory, memory_account));
    runner.add({.name = "capture",
                .run = [this](std::stop_token stop) { kernel->run(stop); },
                .finished = [this] { spans->close(); }});
    runner.add(
        {.name = "discovery", .run = [this](std::stop_token stop) { discovery->run(stop); }});
  }
  runner.add({.name = "pipeline",
              .run =
                  [this](std::stop_token) {
                    while (const auto batch = spans->receive()) {
                      for (const auto& stage : stages) stage->process(batch->writable());
                      if (!(*batch)->spans.empty()) exporters.send_to_all(*batch);
                    }
                  },
              .finished = [this] { exporters.close_queues(); }});
  exporters.add_nodes(runner, options.shutdown_timeout);
}

exporting::InternalSources Agent::Graph::internal_sources() {
  exporting::InternalSources sources;
  sources.build = {.version = kVersion};
  sources.ledger = &ledger;
  sources.memory = &memory_account;
  sources.kernel_losses = [this] {
    std::vector<exporting::InternalSources::Loss> losses;
    if (!tracer) return losses;
    for (const capture::KernelLoss& loss : tracer->losses()) {
      losses.push_back(
          {.name = std::string(loss.name), .help = std::string(loss.help), .count = loss.count});
    }
    return losses;
  };
  sources.queues = [this] {
    std::vector<exporting::InternalSources::QueueFill> fill;
    if (spans)
      fill.push_back(
          {.subscriber = spans->name(), .size = spans->size(), .capacity = spans->capacity()});
    return fill;
  };
  sources.instrumented_processes = [this] {
    std::map<std::string, std::uint64_t> counts;
    for (const model::ServiceRef& service : directory.alive()) ++counts[file_name(*service)];
    std::vector<exporting::InternalSources::ProcessCount> rows;
    for (const auto& [name, count] : counts) rows.push_back({.process_name = name, .count = count});
    return rows;
  };
  sources.tls_unseen = [this] { return tls_unseen.rows(); };
  exporters.fill(sources);
  return sources;
}

// One line from which a missing span can be explained: what was seen, what was made of it, and
// every loss by its reason.
void Agent::Graph::print_summary() const {
  std::string line = "summary";
  for (std::size_t i = 0; i < model::kReasons.size(); ++i) {
    line +=
        fmt::format(" {}={}", model::kReasons[i].name, ledger.get(static_cast<model::Reason>(i)));
  }
  if (tracer) {
    for (const capture::KernelLoss& loss : tracer->losses())
      line += fmt::format(" kernel_{}={}", loss.name, loss.count);
  }
  for (const auto& [name, counts] : exporters.states()) {
    line += fmt::format(
        " {0}_consumed={1} {0}_exported={2} {0}_not_wanted={3} {0}_dropped={4} {0}_held={5}", name,
        counts.consumed, counts.exported, counts.not_wanted, counts.dropped, counts.held());
  }
  spdlog::log(spdlog::level::info, "{}", line);
  spdlog::log(spdlog::level::info, "memory bytes by holder: {}; given back: {}",
              memory_account.text(), memory_account.given_back_text());
}

Agent::Agent(std::unique_ptr<Graph> graph) : graph_(std::move(graph)) {}
Agent::~Agent() = default;

base::Result<std::unique_ptr<Agent>> Agent::open(AgentOptions options, const CommandLine& line) {
  auto graph = std::make_unique<Graph>(std::move(options));
  if (auto opened = graph->open(line); !opened) return std::unexpected(std::move(opened.error()));
  return std::unique_ptr<Agent>(new Agent(std::move(graph)));
}

void Agent::start() {
  if (graph_->discovery) graph_->discovery->scan();
  graph_->runner.start();
}

bool Agent::is_finished() const { return graph_->replay && graph_->replay->is_finished(); }

bool Agent::stop() {
  std::vector<std::string> late;
  // Exporters get the whole time-out for what they hold; the rest of the graph a little more to
  // notice.
  const auto deadline =
      std::chrono::steady_clock::now() + graph_->options.shutdown_timeout + std::chrono::seconds(2);
  const bool drained = graph_->runner.stop(deadline, &late);
  for (const std::string& name : late)
    spdlog::error("node={} did not stop within the shutdown time-out", name);
  graph_->exporters.stop_listening();
  if (graph_->recorder) {
    if (const auto closed = graph_->recorder->close(); !closed)
      spdlog::error("{}", closed.error().message);
  }
  graph_->print_summary();
  return drained;
}

}  // namespace obi::app

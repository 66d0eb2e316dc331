// How fast answers go through the codec: bodies (bytes/s; the aim is > 1 GB/s) and flag lines (responses/s).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>

#include "imap/codec/response_parser.hpp"

namespace dhii::imap {
namespace {

// Reads `wire` over and over as a socket would give it, `chunk` bytes at most a time.
void run(benchmark::State& state, const std::string& wire, std::size_t chunk) {
  std::int64_t bytes = 0;
  std::int64_t responses = 0;
  for (auto _ : state) {
    ResponseReader reader;
    for (std::string_view left = wire; !left.empty();) {
      const auto room = reader.framer().prepare();
      const std::size_t n = std::min({room.size(), left.size(), chunk});
      std::memcpy(room.data(), left.data(), n);
      reader.framer().commit(n);
      left.remove_prefix(n);
      for (auto response = reader.next(); response && *response; response = reader.next()) {
        benchmark::DoNotOptimize(**response);
        ++responses;
      }
    }
    bytes += static_cast<std::int64_t>(wire.size());
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(responses);
}

void bodies(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string wire;
  const std::string body(size, 'x');
  for (int i = 1; wire.size() < (32U << 20); ++i) {
    wire += "* " + std::to_string(i) + " FETCH (UID " + std::to_string(i) +
            " FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" BODY[] {" + std::to_string(size) + "}\r\n" +
            body + ")\r\n";
  }
  run(state, wire, 256U << 10);
}
BENCHMARK(bodies)->Arg(4'000)->Arg(40'000)->Arg(4'000'000)->Unit(benchmark::kMillisecond);

void flags(benchmark::State& state) {
  std::string wire;
  for (int i = 1; i <= 100'000; ++i)
    wire += "* " + std::to_string(i) + " FETCH (UID " + std::to_string(i) + " FLAGS (\\Seen $Forwarded) MODSEQ (" +
            std::to_string(i * 7) + "))\r\n";
  run(state, wire, 256U << 10);
}
BENCHMARK(flags)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dhii::imap

#include <gtest/gtest.h>

#include <kernel/cluster/node_state.h>

namespace bryo::kernel {
namespace {

// The command line chooses units and colours by these words.
TEST(MetricKind, ByTheInternalName) {
  struct Case {
    const char* name;
    const char* kind;
  };
  for (const Case& c :
       {Case{"get.n", "counter"}, Case{"err.get.n", "counter"}, Case{"get.size", "size"}, Case{"get.ns", "latency"},
        Case{"get.ns.total", "total"}, Case{"get.bps", "bw"}, Case{"disk.vda.read.bps", "compbw"},
        Case{"disk.vda.util", "gauge"}, Case{"up.ns.time", "special"}, Case{"getbatch.rxwait.ns", "total"},
        Case{"getbatch.n", "counter"}, Case{"state.flags", "gauge"}}) {
    EXPECT_EQ(metric_kind(c.name), c.kind) << c.name;
  }
}

}  // namespace
}  // namespace bryo::kernel

#pragma once

/// For tests of plugins: a host, objects and archives in memory, and a registrar that keeps what is declared. Nothing
/// here touches files, sockets or real time. Not thread-safe: one thread runs the test.
///
///   testing::FakeHost host;
///   const auto bucket = host.bucket_store.add("b");
///   host.object_store.put(*bucket, "o", "content");
///   testing::FakeRegistrar registrar;
///   plugin.declare(registrar);
///   testing::run(plugin.start(host));
///   auto answer = testing::run(registrar.handler("/v1/mine")(request));
///
/// Tests include this header; those of `testing/`, one for each concept, also compile alone.

#include <bryo/testing/archives.h>
#include <bryo/testing/buckets.h>
#include <bryo/testing/host.h>
#include <bryo/testing/http.h>
#include <bryo/testing/jobs.h>
#include <bryo/testing/node.h>
#include <bryo/testing/object.h>
#include <bryo/testing/objects.h>
#include <bryo/testing/registrar.h>
#include <bryo/testing/run.h>

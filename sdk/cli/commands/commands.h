#pragma once

/// One entry per file of this folder.

#include "command.h"

namespace bryo::cli {

Action declare_bucket_create(CLI::App& app);
Action declare_bucket_ls(CLI::App& app);
Action declare_bucket_rm(CLI::App& app);
Action declare_put(CLI::App& app);
Action declare_get(CLI::App& app);
Action declare_ls(CLI::App& app);
Action declare_rm(CLI::App& app);
Action declare_ml_get_batch(CLI::App& app);
Action declare_ml_lhotse_get_batch(CLI::App& app);
Action declare_archive_ls(CLI::App& app);
Action declare_archive_get(CLI::App& app);
Action declare_archive_put(CLI::App& app);
Action declare_archive_append(CLI::App& app);
Action declare_archive_bucket(CLI::App& app);
Action declare_archive_gen_shards(CLI::App& app);
Action declare_ishard(CLI::App& app);
Action declare_show_cluster(CLI::App& app);
Action declare_show_job(CLI::App& app);
Action declare_plugin_ls(CLI::App& app);
Action declare_plugin_show(CLI::App& app);
Action declare_plugin_drain(CLI::App& app);
Action declare_plugin_start(CLI::App& app);
Action declare_plugin_set(CLI::App& app);

inline constexpr Command kBucketCreate{"bucket create", "Create buckets",
                                       "bryo bucket create ais://images\n"
                                       "bryo bucket create train valid --force     # fine if they exist",
                                       &declare_bucket_create};
inline constexpr Command kBucketLs{"bucket ls", "List buckets",
                                   "bryo bucket ls\n"
                                   "bryo bucket ls ais: --json",
                                   &declare_bucket_ls};
inline constexpr Command kBucketRm{"bucket rm", "Remove buckets and all that is in them",
                                   "bryo bucket rm ais://images\n"
                                   "bryo bucket rm train valid -y",
                                   &declare_bucket_rm};
inline constexpr Command kPut{"put", "Put files, folders or a stream into a bucket",
                              "bryo put cat.jpg ais://images                  # object cat.jpg\n"
                              "bryo put cat.jpg ais://images/a/tom.jpg        # object a/tom.jpg\n"
                              "bryo put ./train ais://images/train/           # a folder, with what lies below it\n"
                              "tar c wavs | bryo put - ais://speech/wavs.tar  # a stream",
                              &declare_put};
inline constexpr Command kGet{"get", "Get objects into files, a folder, or standard output",
                              "bryo get ais://images/a/tom.jpg                # into ./tom.jpg\n"
                              "bryo get ais://images/a/tom.jpg - | file -\n"
                              "bryo get ais://images/big --offset 1048576 --length 4096 part.bin\n"
                              "bryo get ais://speech/wavs.tar --archpath wavs/1.wav 1.wav\n"
                              "bryo get ais://images/train/ ./train           # everything below train/",
                              &declare_get};
inline constexpr Command kLs{"ls", "List buckets, or the objects of a bucket",
                             "bryo ls\n"
                             "bryo ls ais://images/train/ --limit 20\n"
                             "bryo ls ais://images -l",
                             &declare_ls};
inline constexpr Command kRm{"rm", "Remove objects",
                             "bryo rm ais://images/a/tom.jpg\n"
                             "bryo rm ais://images --list \"a.jpg, b.jpg\"\n"
                             "bryo rm ais://images --prefix train/ -y",
                             &declare_rm};
inline constexpr Command kMlGetBatch{
    "ml get-batch", "Get many objects, shard members and ranges as one ordered archive",
    "bryo ml get-batch ais://images out.tar --list \"a.jpg, b.jpg, shard.tar/c.jpg\"\n"
    "bryo ml get-batch ais://images out.tgz --template \"x-{0001..0009..2}-{1..2}.jpg\"\n"
    "bryo ml get-batch ais://images/train/ out.zip --streaming\n"
    "bryo ml get-batch out.tar -f spec.yaml --cont-on-err -y\n"
    "bryo ml get-batch - -f '{\"in\":[{\"objname\":\"a.jpg\",\"bucket\":\"images\"}]}' | tar t",
    &declare_ml_get_batch};
inline constexpr Command kMlLhotseGetBatch{
    "ml lhotse-get-batch", "Get the audio of Lhotse cuts as archives",
    "bryo ml lhotse-get-batch --cuts cuts.jsonl.gz out.tar\n"
    "bryo ml lhotse-get-batch --cuts cuts.jsonl --batch-size 500 --output-template \"batch-{0001..0100}.tgz\"\n"
    "bryo ml lhotse-get-batch --cuts cuts.jsonl --sample-rate 16000 slices.tar",
    &declare_ml_lhotse_get_batch};
inline constexpr Command kArchiveLs{"archive ls", "List shards and their members",
                                    "bryo archive ls ais://images/train-000.tar\n"
                                    "bryo archive ls ais://images/train-000.tar/cat/ --json\n"
                                    "bryo archive ls ais://images --prefix train-",
                                    &declare_archive_ls};
inline constexpr Command kArchiveGet{
    "archive get", "Get members of a shard",
    "bryo archive get ais://images/train.tar/cat/1.jpg                # into ./1.jpg\n"
    "bryo archive get ais://images/train.tar/cat/1.jpg - | file -\n"
    "bryo archive get ais://images/train.tar ./train                  # all of them, into a folder\n"
    "bryo archive get ais://images/train.tar labels.zip --suffix .cls\n"
    "bryo archive get ais://images/train.tar --wdskey cat/1           # the files of one sample",
    &declare_archive_get};
inline constexpr Command kArchivePut{"archive put", "Put files and folders as a shard",
                                     "bryo archive put ./cats ais://images/cats.tar\n"
                                     "bryo archive put ./cats ./dogs ais://images/pets.tgz --archpath pets/\n"
                                     "bryo archive put cat.jpg ais://images/cats.zip --archpath a/tom.jpg --force\n"
                                     "tail -n 100 log | bryo archive put - ais://logs/l.tgz --archpath end.txt",
                                     &declare_archive_put};
inline constexpr Command kArchiveAppend{"archive append", "Append files and folders to a shard, file by file",
                                        "bryo archive append cat.jpg ais://images/cats.tar --archpath a/tom.jpg\n"
                                        "bryo archive append ./more ais://images/cats.tar --create",
                                        &declare_archive_append};
inline constexpr Command kArchiveBucket{
    "archive bucket", "Pack objects of a bucket into one shard, in the cluster",
    "bryo archive bucket ais://raw ais://images/all.tar --wait\n"
    "bryo archive bucket ais://raw/train/ ais://images/train.tgz\n"
    "bryo archive bucket ais://raw ais://images/some.tar --template 'x-{000..099}.jpg' --append-or-put",
    &declare_archive_bucket};
inline constexpr Command kArchiveGenShards{
    "archive gen-shards", "Generate shards of random samples, to test with",
    "bryo archive gen-shards 'ais://b/shard-{000..009}.tar'\n"
    "bryo archive gen-shards 'ais://b/shard-{00..99}.tgz' --samples 1000 --size 64KiB --ext .jpg,.cls\n"
    "bryo archive gen-shards 'ais://b/shard-{0..9}' --format zip --seed 1 --cleanup -y",
    &declare_archive_gen_shards};
inline constexpr Command kIshard{
    "ishard", "Pack a folder or bucket of samples into shards",
    "bryo ishard ./imagenet ais://train/imagenet-%06d.tar               # 100 MiB each\n"
    "bryo ishard ais://raw/train/ 'ais://train/s-{0000..0999}.tgz' --samples 1000 --sort shuffle --seed 7\n"
    "bryo ishard ais://raw ais://train/ --exts .jpg,.cls --missing exclude --dry-run\n"
    "bryo ishard ./wavs ais://train/ --ekm map.json                     # {\"cats-%04d.tar\": [\"^cat/\"], ...}",
    &declare_ishard};
inline constexpr Command kShowCluster{"show cluster", "Show nodes, versions, uptime and capacity",
                                      "bryo show cluster\n"
                                      "bryo show cluster --json",
                                      &declare_show_cluster};
inline constexpr Command kShowJob{"show job", "Show jobs",
                                  "bryo show job\n"
                                  "bryo show job get-batch\n"
                                  "bryo show job gbt-TyTeDVr4F --json",
                                  &declare_show_job};
inline constexpr Command kPluginLs{"plugin ls", "List plugins",
                                   "bryo plugin ls\n"
                                   "bryo plugin ls --json",
                                   &declare_plugin_ls};
inline constexpr Command kPluginShow{"plugin show", "Show what a plugin contributes, and its options",
                                     "bryo plugin show moss\n"
                                     "bryo plugin show moss --json",
                                     &declare_plugin_show};
inline constexpr Command kPluginDrain{
    "plugin drain", "Take a plugin out of service",
    "bryo plugin drain moss                  # its calls are answered 503 from now on\n"
    "bryo plugin drain moss --timeout 5s     # what runs longer is ended",
    &declare_plugin_drain};
inline constexpr Command kPluginStart{"plugin start", "Let a drained plugin take calls again", "bryo plugin start moss",
                                      &declare_plugin_start};
inline constexpr Command kPluginSet{"plugin set", "Set options of a plugin, for good",
                                    "bryo plugin set moss max_wait=20s\n"
                                    "bryo plugin set moss max_calls=100 memory_budget=2GiB",
                                    &declare_plugin_set};

}  // namespace bryo::cli

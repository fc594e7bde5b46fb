// What one plain pass over a shard costs, with the libraries that everybody has and nothing kept: the other side of
// shards.py.
//
//   shard_passes KIND FILE... [-- MEMBER...]   prints {"passes_ms": [CPU of one pass over each file]}
//
// KIND: walk (headers of a TAR), inflate (a whole .tgz), lz4 (a whole .tar.lz4), zip (the directory, and the asked
// members).
#include <fcntl.h>
#include <lz4frame.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

constexpr std::size_t kPiece = 64 << 10;

struct File {
  explicit File(const char* path) : descriptor(::open(path, O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0)
      throw std::runtime_error(std::string("cannot open ") + path);
    size = static_cast<std::uint64_t>(status.st_size);
  }
  std::size_t read(std::uint64_t at, void* to, std::size_t n) const {
    const ssize_t count = ::pread(descriptor, to, n, static_cast<off_t>(at));
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  int descriptor;
  std::uint64_t size = 0;
};

void expect(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

std::uint64_t walk(const File& file) {
  char header[512];
  std::uint64_t members = 0;
  for (std::uint64_t at = 0; file.read(at, header, sizeof header) == sizeof header && header[0] != '\0'; ++members) {
    const std::uint64_t size = std::strtoull(std::string(header + 124, 12).c_str(), nullptr, 8);
    at += 512 + (size + 511) / 512 * 512;
  }
  return members;
}

std::uint64_t inflate_all(const File& file) {
  std::vector<unsigned char> in(kPiece), out(kPiece);
  z_stream stream{};
  expect(inflateInit2(&stream, 31) == Z_OK, "no memory");
  std::uint64_t at = 0;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      stream.next_in = in.data();
      stream.avail_in = static_cast<uInt>(file.read(at, in.data(), in.size()));
      at += stream.avail_in;
    }
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    state = ::inflate(&stream, Z_NO_FLUSH);
    expect(state == Z_OK || state == Z_STREAM_END, "damaged gzip file");
  }
  const std::uint64_t total = stream.total_out;
  inflateEnd(&stream);
  return total;
}

std::uint64_t lz4_all(const File& file) {
  std::vector<char> in(kPiece), out(4 << 20);
  LZ4F_dctx* context = nullptr;
  expect(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)), "no memory");
  std::uint64_t at = 0, total = 0;
  for (std::size_t wanted = 1; wanted != 0;) {
    const std::size_t count = file.read(at, in.data(), in.size());
    expect(count > 0, "cut lz4 file");
    at += count;
    for (std::size_t used = 0; used < count && wanted != 0;) {
      std::size_t made = out.size(), taken = count - used;
      wanted = LZ4F_decompress(context, out.data(), &made, in.data() + used, &taken, nullptr);
      expect(!LZ4F_isError(wanted), "damaged lz4 file");
      used += taken;
      total += made;
    }
  }
  LZ4F_freeDecompressionContext(context);
  return total;
}

std::uint32_t number(const unsigned char* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = bytes - 1; i >= 0; --i) value = value << 8 | at[i];
  return value;
}

std::uint64_t zip_members(const File& file, const std::vector<std::string>& names) {
  struct Place {
    std::uint32_t method, packed, size, local;
  };
  unsigned char end[22];
  expect(file.read(file.size - sizeof end, end, sizeof end) == sizeof end && number(end, 4) == 0x06054b50, "no zip");
  std::vector<unsigned char> directory(number(end + 12, 4));
  file.read(number(end + 16, 4), directory.data(), directory.size());
  std::unordered_map<std::string, Place> places;
  for (std::size_t at = 0; at < directory.size();) {
    const unsigned char* entry = directory.data() + at;
    const std::uint32_t name = number(entry + 28, 2);
    places[std::string(reinterpret_cast<const char*>(entry) + 46, name)] = {
        number(entry + 10, 2), number(entry + 20, 4), number(entry + 24, 4), number(entry + 42, 4)};
    at += 46 + name + number(entry + 30, 2) + number(entry + 32, 2);
  }
  std::uint64_t total = 0;
  std::vector<unsigned char> packed, content;
  for (const std::string& name : names) {
    const Place place = places.at(name);
    unsigned char local[30];
    file.read(place.local, local, sizeof local);
    packed.resize(place.packed);
    content.resize(place.size);
    file.read(place.local + sizeof local + number(local + 26, 2) + number(local + 28, 2), packed.data(), packed.size());
    if (place.method == 8) {
      z_stream stream{};
      expect(inflateInit2(&stream, -15) == Z_OK, "no memory");
      stream.next_in = packed.data();
      stream.avail_in = place.packed;
      stream.next_out = content.data();
      stream.avail_out = place.size;
      expect(::inflate(&stream, Z_FINISH) == Z_STREAM_END, "damaged member");
      inflateEnd(&stream);
      total += crc32(0, content.data(), place.size);
    }
    total += place.size;
  }
  return total;
}

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "shard_passes walk|inflate|lz4|zip FILE... [-- MEMBER...]\n");
    return 2;
  }
  try {
    const std::string kind = argv[1];
    char** const separator = std::find(argv + 2, argv + argc, std::string_view("--"));
    const std::vector<std::string> names(std::min(separator + 1, argv + argc), argv + argc);
    std::uint64_t seen = 0;
    std::printf("{\"passes_ms\": [");
    for (char** path = argv + 2; path != separator; ++path) {
      const File file(*path);
      const double start = cpu_ms();
      seen += kind == "walk"      ? walk(file)
              : kind == "inflate" ? inflate_all(file)
              : kind == "lz4"     ? lz4_all(file)
                                  : zip_members(file, names);
      std::printf("%s%.4f", path == argv + 2 ? "" : ", ", cpu_ms() - start);
    }
    std::printf("], \"seen\": %llu}\n", static_cast<unsigned long long>(seen));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "shard_passes: %s\n", e.what());
    return 1;
  }
}

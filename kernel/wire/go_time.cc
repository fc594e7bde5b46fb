#include <kernel/wire/go_time.h>

#include <array>
#include <chrono>

namespace bryo::kernel {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};

/// A moment taken apart.
struct Parts {
  int year;
  unsigned month, day, weekday, hour, minute, second;
  std::uint32_t nanosecond;
};

Parts parts_of(std::int64_t unix_ns) {
  using namespace std::chrono;
  const sys_time<nanoseconds> moment{nanoseconds(unix_ns)};
  const auto days_since = floor<days>(moment);
  const year_month_day date(days_since);
  const auto since_midnight = moment - days_since;
  const hh_mm_ss<nanoseconds> time(since_midnight);
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .weekday = weekday(days_since).c_encoding(),
          .hour = static_cast<unsigned>(time.hours().count()),
          .minute = static_cast<unsigned>(time.minutes().count()),
          .second = static_cast<unsigned>(time.seconds().count()),
          .nanosecond = static_cast<std::uint32_t>(time.subseconds().count())};
}

void append_number(std::string& out, unsigned value, int width, char fill = '0') {
  std::string digits = std::to_string(value);
  for (int missing = width - static_cast<int>(digits.size()); missing > 0; --missing) out.push_back(fill);
  out.append(digits);
}

/// `.000` keeps trailing zeros, `.999` drops them (and the point with them).
void append_fraction(std::string& out, std::uint32_t nanosecond, std::size_t digits, bool keep_zeros) {
  std::string text;
  append_number(text, nanosecond, 9);
  text.resize(digits);
  if (!keep_zeros) text.erase(text.find_last_not_of('0') + 1);
  if (!text.empty()) out.append(".").append(text);
}

/// Length of a fraction at the start of `layout` (".000", ",999"); 0 = there is none.
std::size_t fraction_length(std::string_view layout) {
  if (layout.size() < 2 || (layout[0] != '.' && layout[0] != ',') || (layout[1] != '0' && layout[1] != '9')) return 0;
  std::size_t end = layout.find_first_not_of(layout[1], 1);
  if (end == std::string_view::npos) end = layout.size();
  const bool more_digits = end < layout.size() && layout[end] >= '0' && layout[end] <= '9';
  return more_digits || end > 10 ? 0 : end;
}

using Append = void (*)(std::string&, const Parts&);
struct Piece {
  std::string_view token;
  Append append;
};

// Longer tokens before those they begin with.
constexpr std::array kPieces = std::to_array<Piece>({
    {"January", [](std::string& o, const Parts& p) { o.append(kMonths[p.month - 1]); }},
    {"Jan", [](std::string& o, const Parts& p) { o.append(kMonths[p.month - 1].substr(0, 3)); }},
    {"Monday", [](std::string& o, const Parts& p) { o.append(kDays[p.weekday]); }},
    {"Mon", [](std::string& o, const Parts& p) { o.append(kDays[p.weekday].substr(0, 3)); }},
    {"MST", [](std::string& o, const Parts&) { o.append("UTC"); }},
    {"2006", [](std::string& o, const Parts& p) { append_number(o, static_cast<unsigned>(p.year), 4); }},
    {"Z07:00", [](std::string& o, const Parts&) { o.append("Z"); }},
    {"Z0700", [](std::string& o, const Parts&) { o.append("Z"); }},
    {"-07:00", [](std::string& o, const Parts&) { o.append("+00:00"); }},
    {"-0700", [](std::string& o, const Parts&) { o.append("+0000"); }},
    {"01", [](std::string& o, const Parts& p) { append_number(o, p.month, 2); }},
    {"02", [](std::string& o, const Parts& p) { append_number(o, p.day, 2); }},
    {"03", [](std::string& o, const Parts& p) { append_number(o, (p.hour + 11) % 12 + 1, 2); }},
    {"04", [](std::string& o, const Parts& p) { append_number(o, p.minute, 2); }},
    {"05", [](std::string& o, const Parts& p) { append_number(o, p.second, 2); }},
    {"06", [](std::string& o, const Parts& p) { append_number(o, static_cast<unsigned>(p.year % 100), 2); }},
    {"15", [](std::string& o, const Parts& p) { append_number(o, p.hour, 2); }},
    {"_2", [](std::string& o, const Parts& p) { append_number(o, p.day, 2, ' '); }},
    {"PM", [](std::string& o, const Parts& p) { o.append(p.hour < 12 ? "AM" : "PM"); }},
    {"pm", [](std::string& o, const Parts& p) { o.append(p.hour < 12 ? "am" : "pm"); }},
    {"1", [](std::string& o, const Parts& p) { append_number(o, p.month, 1); }},
    {"2", [](std::string& o, const Parts& p) { append_number(o, p.day, 1); }},
    {"3", [](std::string& o, const Parts& p) { append_number(o, (p.hour + 11) % 12 + 1, 1); }},
    {"4", [](std::string& o, const Parts& p) { append_number(o, p.minute, 1); }},
    {"5", [](std::string& o, const Parts& p) { append_number(o, p.second, 1); }},
});

const Piece* piece_at(std::string_view layout) {
  for (const auto& piece : kPieces) {
    if (layout.starts_with(piece.token)) return &piece;
  }
  return nullptr;
}

}  // namespace

std::string format_go_time(std::int64_t unix_ns, std::string_view layout) {
  const Parts parts = parts_of(unix_ns);
  std::string out;
  out.reserve(layout.size() + 8);
  while (!layout.empty()) {
    if (const auto length = fraction_length(layout); length != 0) {
      append_fraction(out, parts.nanosecond, length - 1, layout[1] == '0');
      layout.remove_prefix(length);
    } else if (const Piece* piece = piece_at(layout)) {
      piece->append(out, parts);
      layout.remove_prefix(piece->token.size());
    } else {
      out.push_back(layout.front());
      layout.remove_prefix(1);
    }
  }
  return out;
}

std::string base36(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::array<char, 13> buffer;
  std::size_t begin = buffer.size();
  do {
    buffer[--begin] = kDigits[value % 36];
    value /= 36;
  } while (value != 0);
  return {buffer.data() + begin, buffer.size() - begin};
}

}  // namespace bryo::kernel

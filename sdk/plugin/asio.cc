// The compiled part of Boost.Asio, once for the server and every plugin: a file with coroutines then takes about a
// third of the time to compile.
#include <boost/asio/impl/src.hpp>

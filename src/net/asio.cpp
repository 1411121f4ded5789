// Asio's compiled part, once for the program, the plugins and the tests.
#include <boost/asio/impl/src.hpp>

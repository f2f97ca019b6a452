// Boost.JSON itself, compiled into the library: https://www.boost.org/doc/libs/1_81_0/libs/json/doc/html/json/overview.html
#include <boost/json/src.hpp>

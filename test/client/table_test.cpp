#include <catch2/catch.hpp>

#include "client/text/table.hpp"

using namespace ecron::client;

TEST_CASE("columns are aligned, without spaces at the end of lines", "[client]") {
    Table table{{"NAME", "STATE"}};
    table.add({"a", "success"});
    table.add({"longer name", ""});
    CHECK(table.text() ==
          "NAME          STATE\n"
          "a             success\n"
          "longer name\n");
}

TEST_CASE("wide characters take two columns", "[client]") {
    CHECK(display_width("报表") == 4);
    CHECK(display_width("naïve") == 5);
    Table table{{"NAME", "STATE"}};
    table.add({"报表", "x"});
    CHECK(table.text() == "NAME   STATE\n报表   x\n");
}

TEST_CASE("control characters of a cell do not reach the terminal", "[client]") {
    Table table{{"NAME", "STATE"}};
    table.add({"a\x1b[31m\nb", "x"});
    CHECK(table.text() == "NAME       STATE\na [31m b   x\n");
}

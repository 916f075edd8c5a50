#include <catch2/catch.hpp>

#include "store/world.hpp"

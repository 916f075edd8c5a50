#include "ecron/ui/page.hpp"

/// A binary without the page (ECRON_UI=OFF).
namespace ecron::ui {

std::span<const File> embedded_files() { return {}; }

}  // namespace ecron::ui

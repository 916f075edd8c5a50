#pragma once

/// Priority of the calling thread. Linux gives each thread a nice value of its own (setpriority(2), "C
/// library/kernel differences"), and raising it requires no privilege.
namespace ecron {

/// Makes the calling thread wait if threads of the loop or of the store's writer want the processor: for bulk
/// work, such as reading and encoding long lists. Does nothing if the system refuses.
void prefer_other_threads();

}  // namespace ecron

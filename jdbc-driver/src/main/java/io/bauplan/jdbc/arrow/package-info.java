/// Arrow's IPC format read from and written to plain byte arrays: no off-heap memory, no JVM flags.
@NullMarked
package io.bauplan.jdbc.arrow;

import org.jspecify.annotations.NullMarked;

/// Arrow IPC files and streams.
@NullMarked
package io.bauplan.exec.scan.arrow;

import org.jspecify.annotations.NullMarked;

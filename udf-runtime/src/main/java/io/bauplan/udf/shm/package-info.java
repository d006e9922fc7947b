/// Tables in shared memory: written once as an Arrow IPC file that any process can map, read back
/// without a copy, and checked before use where a function wrote them.
@NullMarked
package io.bauplan.udf.shm;

import org.jspecify.annotations.NullMarked;

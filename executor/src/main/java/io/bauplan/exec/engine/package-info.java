/// Both planes behind one door: what the server, the embedded JDBC driver and the command line
/// call.
@NullMarked
package io.bauplan.exec.engine;

import org.jspecify.annotations.NullMarked;

/// One way to talk to an engine, whether it is opened in this process or served by another.
@NullMarked
package io.bauplan.server.connection;

import org.jspecify.annotations.NullMarked;

/// The interactive SQL shell.
@NullMarked
package io.bauplan.server.cli.shell;

import org.jspecify.annotations.NullMarked;

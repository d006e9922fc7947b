/// The command line: `bauplan <command>`.
@NullMarked
package io.bauplan.server.cli;

import org.jspecify.annotations.NullMarked;

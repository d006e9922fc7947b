@NullMarked
package io.bauplan.server.cli;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.bauplan.server.cli.render;

import org.jspecify.annotations.NullMarked;

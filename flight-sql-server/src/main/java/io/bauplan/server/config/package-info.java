/// Which warehouse or server a command means: options, environment, profile, project folder.
@NullMarked
package io.bauplan.server.config;

import org.jspecify.annotations.NullMarked;

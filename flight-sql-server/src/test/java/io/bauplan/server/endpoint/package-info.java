@NullMarked
package io.bauplan.server.endpoint;

import org.jspecify.annotations.NullMarked;

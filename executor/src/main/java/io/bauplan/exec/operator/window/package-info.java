/// Window functions.
@NullMarked
package io.bauplan.exec.operator.window;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.bauplan.exec.scan;

import org.jspecify.annotations.NullMarked;

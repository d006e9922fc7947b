@NullMarked
package io.bauplan.exec.cache;

import org.jspecify.annotations.NullMarked;

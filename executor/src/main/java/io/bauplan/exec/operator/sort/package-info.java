/// Sort and top-N.
@NullMarked
package io.bauplan.exec.operator.sort;

import org.jspecify.annotations.NullMarked;

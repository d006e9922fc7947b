/// The columnar, differential cache: decoded columns of row groups, in memory and on local disk.
@NullMarked
package io.bauplan.exec.cache;

import org.jspecify.annotations.NullMarked;

/// Reading and writing data files. Everything that opens a data file is under this package.
@NullMarked
package io.bauplan.exec.scan;

import org.jspecify.annotations.NullMarked;

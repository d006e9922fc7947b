/// Tests of reading files wherever they are.
@NullMarked
package io.bauplan.exec.scan.store;

import org.jspecify.annotations.NullMarked;

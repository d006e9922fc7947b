/// Python functions of single values within the engine's process, by GraalPy.
@NullMarked
package io.bauplan.graalpy;

import org.jspecify.annotations.NullMarked;

/// The data plane: executes physical plans. The only plane that opens data files, runs functions or
/// holds rows.
@NullMarked
package io.bauplan.exec.worker;

import org.jspecify.annotations.NullMarked;

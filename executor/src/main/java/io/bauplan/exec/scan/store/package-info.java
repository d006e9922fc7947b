/// Where data files lie: local disks and S3.
@NullMarked
package io.bauplan.exec.scan.store;

import org.jspecify.annotations.NullMarked;

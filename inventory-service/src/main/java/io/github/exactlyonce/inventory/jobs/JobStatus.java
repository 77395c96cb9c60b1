package io.github.exactlyonce.inventory.jobs;

/** What has become of a job that was scheduled over HTTP. All but the first are final, and expire. */
enum JobStatus {
    /** It will run, or is being worked on. */
    SCHEDULED,
    /** It ran, and does not come again. */
    DONE,
    /** It was cancelled before it ended. */
    CANCELLED,
    /** It was given up and put with the dead letters. */
    DEAD
}

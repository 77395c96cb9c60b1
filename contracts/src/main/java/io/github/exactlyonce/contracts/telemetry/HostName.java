package io.github.exactlyonce.contracts.telemetry;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A name for this process where nobody gave it one. */
public final class HostName {

    private static final int LONGEST = 48;

    private HostName() {}

    /** In a container the host's name is the pod's; elsewhere the process id tells replicas of one host apart. */
    public static String ofThisProcess() {
        String pod = System.getenv("HOSTNAME");
        if (pod != null && ProcessHandle.current().pid() == 1) {
            return sanitized(pod);
        }
        try {
            return sanitized(InetAddress.getLocalHost().getHostName()) + "-"
                    + ProcessHandle.current().pid();
        } catch (UnknownHostException e) {
            return "replica-" + ProcessHandle.current().pid();
        }
    }

    private static String sanitized(String hostName) {
        String safe = hostName.replaceAll("[^A-Za-z0-9._:-]", "-");
        return safe.substring(0, Math.min(safe.length(), LONGEST));
    }
}

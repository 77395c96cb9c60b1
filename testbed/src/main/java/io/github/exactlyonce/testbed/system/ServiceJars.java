package io.github.exactlyonce.testbed.system;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the packaged services are, and where the testbed keeps what belongs to a run. */
final class ServiceJars {

    static final String UNPACKED = "unpacked";

    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(1);

    private ServiceJars() {}

    /** {@code testbed/target/testbed} in the repository. */
    static Path workDirectory() {
        return repository().resolve("testbed/target/testbed");
    }

    /**
     * Unpacks {@code <service>/target/<service>.jar} with Boot's own {@code jarmode=tools}: a build while the system runs
     * cannot pull the jar from under it, and each start takes a third less processor time than from nested jars.
     *
     * @return the jar to start; its libraries are beside it
     */
    static Path unpack(String service, Path directory) {
        Path jar = repository().resolve(service).resolve("target").resolve(service + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: build it with 'mvn package -DskipTests'");
        }
        Path unpacked = directory.resolve(UNPACKED).resolve(service);
        ChildProcess tools = new ChildProcess(
                "unpacking " + service,
                List.of(
                        ChildProcess.java(),
                        "-Djarmode=tools",
                        "-jar",
                        jar.toString(),
                        "extract",
                        "--force",
                        "--destination",
                        unpacked.toString()),
                Map.of(),
                directory.resolve("unpack-" + service + ".log"));
        tools.start();
        if (!Polling.until(UNPACK_LIMIT, () -> !tools.isAlive()) || tools.exitCode() != 0) {
            tools.kill();
            throw new IllegalStateException("unpacking " + jar + " failed, see " + tools.log());
        }
        return unpacked.resolve(service + ".jar");
    }

    /** The directory above our own classes that has both services; the same from Maven, an IDE and a test. */
    private static Path repository() {
        Path directory = ownClasses();
        while (directory != null && !Files.exists(directory.resolve("order-service/pom.xml"))) {
            directory = directory.getParent();
        }
        if (directory == null) {
            throw new IllegalStateException(
                    "the testbed runs from a checkout of the repository, not from " + ownClasses());
        }
        return directory;
    }

    private static @Nullable Path ownClasses() {
        try {
            return Path.of(ServiceJars.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}

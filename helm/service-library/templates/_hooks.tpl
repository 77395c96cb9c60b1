{{- /*
Pods of hooks (helm test, the stock job) have a name of their own: with that of the service they would be taken for its
replicas, and be sent requests.
*/}}
{{- define "service-library.hookLabels" -}}
app.kubernetes.io/name: {{ include "service-library.name" . | trunc 58 | trimSuffix "-" }}-hook
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The spec of a pod that runs one shell script; takes root, script and the script's environment. */}}
{{- define "service-library.hookPod" -}}
{{- $values := .root.Values -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
serviceAccountName: {{ include "service-library.serviceAccountName" .root }}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $values.podSecurityContext | nindent 2 }}
containers:
  - name: hook
    image: {{ $values.hooks.image | quote }}
    command: ["sh", "-c"]
    args:
      - |
        {{- .script | nindent 8 }}
    env:
      - name: SERVICE
        value: http://{{ include "service-library.fullname" .root }}:{{ .root.Values.service.port }}
      {{- range $name, $value := .env }}
      - name: {{ $name }}
        value: {{ $value | quote }}
      {{- end }}
      {{- with $values.hooks.keyExistingSecret }}
      - name: KEY
        valueFrom:
          secretKeyRef:
            name: {{ . }}
            key: {{ $values.hooks.keyExistingSecretKey }}
      {{- end }}
    resources:
      requests:
        cpu: 10m
        memory: 16Mi
      limits:
        memory: 64Mi
    securityContext:
      {{- toYaml $values.securityContext | nindent 6 }}
{{- end }}

{{- /*
A chart that uses this library defines three templates of its own, under its own name, so that both charts can be
subcharts of the same umbrella chart:
  <chart>.port              the port on which the service listens
  <chart>.shutdownSeconds   how long the service takes to end after SIGTERM, at the most
  <chart>.env               the settings of its domain, as a list of environment variables
*/}}

{{- define "service-library.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "service-library.fullname" -}}
{{- $name := include "service-library.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- /* Room for "-management", the longest suffix: a name has 63 characters at the most. */ -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "service-library.selectorLabels" -}}
app.kubernetes.io/name: {{ include "service-library.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "service-library.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ include "service-library.version" . | quote }}
app.kubernetes.io/part-of: exactly-once
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "service-library.labels" -}}
{{ include "service-library.selectorLabels" . }}
{{ include "service-library.commonLabels" . }}
{{- end }}

{{- /* The version that runs, as a label may hold it. */}}
{{- define "service-library.version" -}}
{{- default .Chart.AppVersion .Values.image.tag | trunc 63 | trimAll "-_." -}}
{{- end }}

{{- define "service-library.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "service-library.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "service-library.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- /* What Datadog's unified service tagging asks for, on the Deployment and on its pods. */}}
{{- define "service-library.datadogLabels" -}}
{{- if .Values.datadog.enabled -}}
tags.datadoghq.com/env: {{ .Values.datadog.env | quote }}
tags.datadoghq.com/service: {{ .Chart.Name | quote }}
tags.datadoghq.com/version: {{ include "service-library.version" . | quote }}
{{- end -}}
{{- end }}

// Written by crds/deployment/podTemplate/generate.ts from the OpenAPI document of Kubernetes v1.36.3. Do not edit.
import type { StructuralSchema } from '../../structural/openApi.ts';

export const kubernetesVersion = "v1.36.3";

export const podTemplateSchema: StructuralSchema = {
 "type": "object",
 "properties": {
  "metadata": {
   "type": "object",
   "properties": {
    "annotations": {
     "type": "object",
     "additionalProperties": {
      "type": "string",
      "nullable": true
     },
     "nullable": true
    },
    "creationTimestamp": {
     "type": "string",
     "format": "date-time",
     "nullable": true
    },
    "deletionGracePeriodSeconds": {
     "type": "integer",
     "format": "int64",
     "nullable": true
    },
    "deletionTimestamp": {
     "type": "string",
     "format": "date-time",
     "nullable": true
    },
    "finalizers": {
     "type": "array",
     "items": {
      "type": "string"
     },
     "x-kubernetes-list-type": "set",
     "nullable": true
    },
    "generateName": {
     "type": "string",
     "nullable": true
    },
    "generation": {
     "type": "integer",
     "format": "int64",
     "nullable": true
    },
    "labels": {
     "type": "object",
     "additionalProperties": {
      "type": "string",
      "nullable": true
     },
     "nullable": true
    },
    "managedFields": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "apiVersion": {
        "type": "string",
        "nullable": true
       },
       "fieldsType": {
        "type": "string",
        "nullable": true
       },
       "fieldsV1": {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": true,
        "nullable": true
       },
       "manager": {
        "type": "string",
        "nullable": true
       },
       "operation": {
        "type": "string",
        "nullable": true
       },
       "subresource": {
        "type": "string",
        "nullable": true
       },
       "time": {
        "type": "string",
        "format": "date-time",
        "nullable": true
       }
      }
     },
     "x-kubernetes-list-type": "atomic",
     "nullable": true
    },
    "name": {
     "type": "string",
     "nullable": true
    },
    "namespace": {
     "type": "string",
     "nullable": true
    },
    "ownerReferences": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "apiVersion": {
        "type": "string"
       },
       "blockOwnerDeletion": {
        "type": "boolean",
        "nullable": true
       },
       "controller": {
        "type": "boolean",
        "nullable": true
       },
       "kind": {
        "type": "string"
       },
       "name": {
        "type": "string"
       },
       "uid": {
        "type": "string"
       }
      },
      "required": [
       "apiVersion",
       "kind",
       "name",
       "uid"
      ],
      "x-kubernetes-map-type": "atomic"
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "uid"
     ],
     "nullable": true
    },
    "resourceVersion": {
     "type": "string",
     "nullable": true
    },
    "selfLink": {
     "type": "string",
     "nullable": true
    },
    "uid": {
     "type": "string",
     "nullable": true
    }
   },
   "nullable": true
  },
  "spec": {
   "type": "object",
   "properties": {
    "activeDeadlineSeconds": {
     "type": "integer",
     "format": "int64",
     "nullable": true
    },
    "affinity": {
     "type": "object",
     "properties": {
      "nodeAffinity": {
       "type": "object",
       "properties": {
        "preferredDuringSchedulingIgnoredDuringExecution": {
         "type": "array",
         "items": {
          "type": "object",
          "properties": {
           "preference": {
            "type": "object",
            "properties": {
             "matchExpressions": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "matchFields": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "x-kubernetes-map-type": "atomic"
           },
           "weight": {
            "type": "integer",
            "format": "int32"
           }
          },
          "required": [
           "weight",
           "preference"
          ]
         },
         "x-kubernetes-list-type": "atomic",
         "nullable": true
        },
        "requiredDuringSchedulingIgnoredDuringExecution": {
         "type": "object",
         "properties": {
          "nodeSelectorTerms": {
           "type": "array",
           "items": {
            "type": "object",
            "properties": {
             "matchExpressions": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "matchFields": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "x-kubernetes-map-type": "atomic"
           },
           "x-kubernetes-list-type": "atomic"
          }
         },
         "required": [
          "nodeSelectorTerms"
         ],
         "x-kubernetes-map-type": "atomic",
         "nullable": true
        }
       },
       "nullable": true
      },
      "podAffinity": {
       "type": "object",
       "properties": {
        "preferredDuringSchedulingIgnoredDuringExecution": {
         "type": "array",
         "items": {
          "type": "object",
          "properties": {
           "podAffinityTerm": {
            "type": "object",
            "properties": {
             "labelSelector": {
              "type": "object",
              "properties": {
               "matchExpressions": {
                "type": "array",
                "items": {
                 "type": "object",
                 "properties": {
                  "key": {
                   "type": "string"
                  },
                  "operator": {
                   "type": "string"
                  },
                  "values": {
                   "type": "array",
                   "items": {
                    "type": "string"
                   },
                   "x-kubernetes-list-type": "atomic",
                   "nullable": true
                  }
                 },
                 "required": [
                  "key",
                  "operator"
                 ]
                },
                "x-kubernetes-list-type": "atomic",
                "nullable": true
               },
               "matchLabels": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "nullable": true
                },
                "nullable": true
               }
              },
              "x-kubernetes-map-type": "atomic",
              "nullable": true
             },
             "matchLabelKeys": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "mismatchLabelKeys": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "namespaceSelector": {
              "type": "object",
              "properties": {
               "matchExpressions": {
                "type": "array",
                "items": {
                 "type": "object",
                 "properties": {
                  "key": {
                   "type": "string"
                  },
                  "operator": {
                   "type": "string"
                  },
                  "values": {
                   "type": "array",
                   "items": {
                    "type": "string"
                   },
                   "x-kubernetes-list-type": "atomic",
                   "nullable": true
                  }
                 },
                 "required": [
                  "key",
                  "operator"
                 ]
                },
                "x-kubernetes-list-type": "atomic",
                "nullable": true
               },
               "matchLabels": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "nullable": true
                },
                "nullable": true
               }
              },
              "x-kubernetes-map-type": "atomic",
              "nullable": true
             },
             "namespaces": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "topologyKey": {
              "type": "string"
             }
            },
            "required": [
             "topologyKey"
            ]
           },
           "weight": {
            "type": "integer",
            "format": "int32"
           }
          },
          "required": [
           "weight",
           "podAffinityTerm"
          ]
         },
         "x-kubernetes-list-type": "atomic",
         "nullable": true
        },
        "requiredDuringSchedulingIgnoredDuringExecution": {
         "type": "array",
         "items": {
          "type": "object",
          "properties": {
           "labelSelector": {
            "type": "object",
            "properties": {
             "matchExpressions": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "matchLabels": {
              "type": "object",
              "additionalProperties": {
               "type": "string",
               "nullable": true
              },
              "nullable": true
             }
            },
            "x-kubernetes-map-type": "atomic",
            "nullable": true
           },
           "matchLabelKeys": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "mismatchLabelKeys": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "namespaceSelector": {
            "type": "object",
            "properties": {
             "matchExpressions": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "matchLabels": {
              "type": "object",
              "additionalProperties": {
               "type": "string",
               "nullable": true
              },
              "nullable": true
             }
            },
            "x-kubernetes-map-type": "atomic",
            "nullable": true
           },
           "namespaces": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "topologyKey": {
            "type": "string"
           }
          },
          "required": [
           "topologyKey"
          ]
         },
         "x-kubernetes-list-type": "atomic",
         "nullable": true
        }
       },
       "nullable": true
      },
      "podAntiAffinity": {
       "type": "object",
       "properties": {
        "preferredDuringSchedulingIgnoredDuringExecution": {
         "type": "array",
         "items": {
          "type": "object",
          "properties": {
           "podAffinityTerm": {
            "type": "object",
            "properties": {
             "labelSelector": {
              "type": "object",
              "properties": {
               "matchExpressions": {
                "type": "array",
                "items": {
                 "type": "object",
                 "properties": {
                  "key": {
                   "type": "string"
                  },
                  "operator": {
                   "type": "string"
                  },
                  "values": {
                   "type": "array",
                   "items": {
                    "type": "string"
                   },
                   "x-kubernetes-list-type": "atomic",
                   "nullable": true
                  }
                 },
                 "required": [
                  "key",
                  "operator"
                 ]
                },
                "x-kubernetes-list-type": "atomic",
                "nullable": true
               },
               "matchLabels": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "nullable": true
                },
                "nullable": true
               }
              },
              "x-kubernetes-map-type": "atomic",
              "nullable": true
             },
             "matchLabelKeys": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "mismatchLabelKeys": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "namespaceSelector": {
              "type": "object",
              "properties": {
               "matchExpressions": {
                "type": "array",
                "items": {
                 "type": "object",
                 "properties": {
                  "key": {
                   "type": "string"
                  },
                  "operator": {
                   "type": "string"
                  },
                  "values": {
                   "type": "array",
                   "items": {
                    "type": "string"
                   },
                   "x-kubernetes-list-type": "atomic",
                   "nullable": true
                  }
                 },
                 "required": [
                  "key",
                  "operator"
                 ]
                },
                "x-kubernetes-list-type": "atomic",
                "nullable": true
               },
               "matchLabels": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "nullable": true
                },
                "nullable": true
               }
              },
              "x-kubernetes-map-type": "atomic",
              "nullable": true
             },
             "namespaces": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "topologyKey": {
              "type": "string"
             }
            },
            "required": [
             "topologyKey"
            ]
           },
           "weight": {
            "type": "integer",
            "format": "int32"
           }
          },
          "required": [
           "weight",
           "podAffinityTerm"
          ]
         },
         "x-kubernetes-list-type": "atomic",
         "nullable": true
        },
        "requiredDuringSchedulingIgnoredDuringExecution": {
         "type": "array",
         "items": {
          "type": "object",
          "properties": {
           "labelSelector": {
            "type": "object",
            "properties": {
             "matchExpressions": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "matchLabels": {
              "type": "object",
              "additionalProperties": {
               "type": "string",
               "nullable": true
              },
              "nullable": true
             }
            },
            "x-kubernetes-map-type": "atomic",
            "nullable": true
           },
           "matchLabelKeys": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "mismatchLabelKeys": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "namespaceSelector": {
            "type": "object",
            "properties": {
             "matchExpressions": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string"
                },
                "operator": {
                 "type": "string"
                },
                "values": {
                 "type": "array",
                 "items": {
                  "type": "string"
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                }
               },
               "required": [
                "key",
                "operator"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "matchLabels": {
              "type": "object",
              "additionalProperties": {
               "type": "string",
               "nullable": true
              },
              "nullable": true
             }
            },
            "x-kubernetes-map-type": "atomic",
            "nullable": true
           },
           "namespaces": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "topologyKey": {
            "type": "string"
           }
          },
          "required": [
           "topologyKey"
          ]
         },
         "x-kubernetes-list-type": "atomic",
         "nullable": true
        }
       },
       "nullable": true
      }
     },
     "nullable": true
    },
    "automountServiceAccountToken": {
     "type": "boolean",
     "nullable": true
    },
    "containers": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "args": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "command": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "env": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "value": {
           "type": "string",
           "nullable": true
          },
          "valueFrom": {
           "type": "object",
           "properties": {
            "configMapKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "required": [
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "fieldRef": {
             "type": "object",
             "properties": {
              "apiVersion": {
               "type": "string",
               "nullable": true
              },
              "fieldPath": {
               "type": "string"
              }
             },
             "required": [
              "fieldPath"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "fileKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              },
              "path": {
               "type": "string"
              },
              "volumeName": {
               "type": "string"
              }
             },
             "required": [
              "volumeName",
              "path",
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "resourceFieldRef": {
             "type": "object",
             "properties": {
              "containerName": {
               "type": "string",
               "nullable": true
              },
              "divisor": {
               "x-kubernetes-preserve-unknown-fields": true,
               "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
               "nullable": true
              },
              "resource": {
               "type": "string"
              }
             },
             "required": [
              "resource"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "secretKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "required": [
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            }
           },
           "nullable": true
          }
         },
         "required": [
          "name"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "name"
        ],
        "nullable": true
       },
       "envFrom": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "configMapRef": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string",
             "nullable": true
            },
            "optional": {
             "type": "boolean",
             "nullable": true
            }
           },
           "nullable": true
          },
          "prefix": {
           "type": "string",
           "nullable": true
          },
          "secretRef": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string",
             "nullable": true
            },
            "optional": {
             "type": "boolean",
             "nullable": true
            }
           },
           "nullable": true
          }
         }
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "image": {
        "type": "string",
        "nullable": true
       },
       "imagePullPolicy": {
        "type": "string",
        "nullable": true
       },
       "lifecycle": {
        "type": "object",
        "properties": {
         "postStart": {
          "type": "object",
          "properties": {
           "exec": {
            "type": "object",
            "properties": {
             "command": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "nullable": true
           },
           "httpGet": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "httpHeaders": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "name": {
                 "type": "string"
                },
                "value": {
                 "type": "string"
                }
               },
               "required": [
                "name",
                "value"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "path": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             },
             "scheme": {
              "type": "string",
              "nullable": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           },
           "sleep": {
            "type": "object",
            "properties": {
             "seconds": {
              "type": "integer",
              "format": "int64"
             }
            },
            "required": [
             "seconds"
            ],
            "nullable": true
           },
           "tcpSocket": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           }
          },
          "nullable": true
         },
         "preStop": {
          "type": "object",
          "properties": {
           "exec": {
            "type": "object",
            "properties": {
             "command": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "nullable": true
           },
           "httpGet": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "httpHeaders": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "name": {
                 "type": "string"
                },
                "value": {
                 "type": "string"
                }
               },
               "required": [
                "name",
                "value"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "path": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             },
             "scheme": {
              "type": "string",
              "nullable": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           },
           "sleep": {
            "type": "object",
            "properties": {
             "seconds": {
              "type": "integer",
              "format": "int64"
             }
            },
            "required": [
             "seconds"
            ],
            "nullable": true
           },
           "tcpSocket": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           }
          },
          "nullable": true
         },
         "stopSignal": {
          "type": "string",
          "nullable": true
         }
        },
        "nullable": true
       },
       "livenessProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "name": {
        "type": "string"
       },
       "ports": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "containerPort": {
           "type": "integer",
           "format": "int32"
          },
          "hostIP": {
           "type": "string",
           "nullable": true
          },
          "hostPort": {
           "type": "integer",
           "format": "int32",
           "nullable": true
          },
          "name": {
           "type": "string",
           "nullable": true
          },
          "protocol": {
           "type": "string",
           "default": "TCP"
          }
         },
         "required": [
          "containerPort"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "containerPort",
         "protocol"
        ],
        "nullable": true
       },
       "readinessProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "resizePolicy": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "resourceName": {
           "type": "string"
          },
          "restartPolicy": {
           "type": "string"
          }
         },
         "required": [
          "resourceName",
          "restartPolicy"
         ]
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "resources": {
        "type": "object",
        "properties": {
         "claims": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string"
            },
            "request": {
             "type": "string",
             "nullable": true
            }
           },
           "required": [
            "name"
           ]
          },
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": [
           "name"
          ],
          "nullable": true
         },
         "limits": {
          "type": "object",
          "additionalProperties": {
           "x-kubernetes-preserve-unknown-fields": true,
           "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
           "nullable": true
          },
          "nullable": true
         },
         "requests": {
          "type": "object",
          "additionalProperties": {
           "x-kubernetes-preserve-unknown-fields": true,
           "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
           "nullable": true
          },
          "nullable": true
         }
        },
        "nullable": true
       },
       "restartPolicy": {
        "type": "string",
        "nullable": true
       },
       "restartPolicyRules": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "action": {
           "type": "string"
          },
          "exitCodes": {
           "type": "object",
           "properties": {
            "operator": {
             "type": "string"
            },
            "values": {
             "type": "array",
             "items": {
              "type": "integer",
              "format": "int32"
             },
             "x-kubernetes-list-type": "set",
             "nullable": true
            }
           },
           "required": [
            "operator"
           ],
           "nullable": true
          }
         },
         "required": [
          "action"
         ]
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "securityContext": {
        "type": "object",
        "properties": {
         "allowPrivilegeEscalation": {
          "type": "boolean",
          "nullable": true
         },
         "appArmorProfile": {
          "type": "object",
          "properties": {
           "localhostProfile": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string"
           }
          },
          "required": [
           "type"
          ],
          "nullable": true
         },
         "capabilities": {
          "type": "object",
          "properties": {
           "add": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "drop": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "privileged": {
          "type": "boolean",
          "nullable": true
         },
         "procMount": {
          "type": "string",
          "nullable": true
         },
         "readOnlyRootFilesystem": {
          "type": "boolean",
          "nullable": true
         },
         "runAsGroup": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "runAsNonRoot": {
          "type": "boolean",
          "nullable": true
         },
         "runAsUser": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "seLinuxOptions": {
          "type": "object",
          "properties": {
           "level": {
            "type": "string",
            "nullable": true
           },
           "role": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string",
            "nullable": true
           },
           "user": {
            "type": "string",
            "nullable": true
           }
          },
          "nullable": true
         },
         "seccompProfile": {
          "type": "object",
          "properties": {
           "localhostProfile": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string"
           }
          },
          "required": [
           "type"
          ],
          "nullable": true
         },
         "windowsOptions": {
          "type": "object",
          "properties": {
           "gmsaCredentialSpec": {
            "type": "string",
            "nullable": true
           },
           "gmsaCredentialSpecName": {
            "type": "string",
            "nullable": true
           },
           "hostProcess": {
            "type": "boolean",
            "nullable": true
           },
           "runAsUserName": {
            "type": "string",
            "nullable": true
           }
          },
          "nullable": true
         }
        },
        "nullable": true
       },
       "startupProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "stdin": {
        "type": "boolean",
        "nullable": true
       },
       "stdinOnce": {
        "type": "boolean",
        "nullable": true
       },
       "terminationMessagePath": {
        "type": "string",
        "nullable": true
       },
       "terminationMessagePolicy": {
        "type": "string",
        "nullable": true
       },
       "tty": {
        "type": "boolean",
        "nullable": true
       },
       "volumeDevices": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "devicePath": {
           "type": "string"
          },
          "name": {
           "type": "string"
          }
         },
         "required": [
          "name",
          "devicePath"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "devicePath"
        ],
        "nullable": true
       },
       "volumeMounts": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "mountPath": {
           "type": "string"
          },
          "mountPropagation": {
           "type": "string",
           "nullable": true
          },
          "name": {
           "type": "string"
          },
          "readOnly": {
           "type": "boolean",
           "nullable": true
          },
          "recursiveReadOnly": {
           "type": "string",
           "nullable": true
          },
          "subPath": {
           "type": "string",
           "nullable": true
          },
          "subPathExpr": {
           "type": "string",
           "nullable": true
          }
         },
         "required": [
          "name",
          "mountPath"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "mountPath"
        ],
        "nullable": true
       },
       "workingDir": {
        "type": "string",
        "nullable": true
       }
      },
      "required": [
       "name"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ]
    },
    "dnsConfig": {
     "type": "object",
     "properties": {
      "nameservers": {
       "type": "array",
       "items": {
        "type": "string"
       },
       "x-kubernetes-list-type": "atomic",
       "nullable": true
      },
      "options": {
       "type": "array",
       "items": {
        "type": "object",
        "properties": {
         "name": {
          "type": "string",
          "nullable": true
         },
         "value": {
          "type": "string",
          "nullable": true
         }
        }
       },
       "x-kubernetes-list-type": "atomic",
       "nullable": true
      },
      "searches": {
       "type": "array",
       "items": {
        "type": "string"
       },
       "x-kubernetes-list-type": "atomic",
       "nullable": true
      }
     },
     "nullable": true
    },
    "dnsPolicy": {
     "type": "string",
     "nullable": true
    },
    "enableServiceLinks": {
     "type": "boolean",
     "nullable": true
    },
    "ephemeralContainers": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "args": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "command": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "env": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "value": {
           "type": "string",
           "nullable": true
          },
          "valueFrom": {
           "type": "object",
           "properties": {
            "configMapKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "required": [
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "fieldRef": {
             "type": "object",
             "properties": {
              "apiVersion": {
               "type": "string",
               "nullable": true
              },
              "fieldPath": {
               "type": "string"
              }
             },
             "required": [
              "fieldPath"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "fileKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              },
              "path": {
               "type": "string"
              },
              "volumeName": {
               "type": "string"
              }
             },
             "required": [
              "volumeName",
              "path",
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "resourceFieldRef": {
             "type": "object",
             "properties": {
              "containerName": {
               "type": "string",
               "nullable": true
              },
              "divisor": {
               "x-kubernetes-preserve-unknown-fields": true,
               "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
               "nullable": true
              },
              "resource": {
               "type": "string"
              }
             },
             "required": [
              "resource"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "secretKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "required": [
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            }
           },
           "nullable": true
          }
         },
         "required": [
          "name"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "name"
        ],
        "nullable": true
       },
       "envFrom": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "configMapRef": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string",
             "nullable": true
            },
            "optional": {
             "type": "boolean",
             "nullable": true
            }
           },
           "nullable": true
          },
          "prefix": {
           "type": "string",
           "nullable": true
          },
          "secretRef": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string",
             "nullable": true
            },
            "optional": {
             "type": "boolean",
             "nullable": true
            }
           },
           "nullable": true
          }
         }
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "image": {
        "type": "string",
        "nullable": true
       },
       "imagePullPolicy": {
        "type": "string",
        "nullable": true
       },
       "lifecycle": {
        "type": "object",
        "properties": {
         "postStart": {
          "type": "object",
          "properties": {
           "exec": {
            "type": "object",
            "properties": {
             "command": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "nullable": true
           },
           "httpGet": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "httpHeaders": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "name": {
                 "type": "string"
                },
                "value": {
                 "type": "string"
                }
               },
               "required": [
                "name",
                "value"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "path": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             },
             "scheme": {
              "type": "string",
              "nullable": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           },
           "sleep": {
            "type": "object",
            "properties": {
             "seconds": {
              "type": "integer",
              "format": "int64"
             }
            },
            "required": [
             "seconds"
            ],
            "nullable": true
           },
           "tcpSocket": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           }
          },
          "nullable": true
         },
         "preStop": {
          "type": "object",
          "properties": {
           "exec": {
            "type": "object",
            "properties": {
             "command": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "nullable": true
           },
           "httpGet": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "httpHeaders": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "name": {
                 "type": "string"
                },
                "value": {
                 "type": "string"
                }
               },
               "required": [
                "name",
                "value"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "path": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             },
             "scheme": {
              "type": "string",
              "nullable": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           },
           "sleep": {
            "type": "object",
            "properties": {
             "seconds": {
              "type": "integer",
              "format": "int64"
             }
            },
            "required": [
             "seconds"
            ],
            "nullable": true
           },
           "tcpSocket": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           }
          },
          "nullable": true
         },
         "stopSignal": {
          "type": "string",
          "nullable": true
         }
        },
        "nullable": true
       },
       "livenessProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "name": {
        "type": "string"
       },
       "ports": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "containerPort": {
           "type": "integer",
           "format": "int32"
          },
          "hostIP": {
           "type": "string",
           "nullable": true
          },
          "hostPort": {
           "type": "integer",
           "format": "int32",
           "nullable": true
          },
          "name": {
           "type": "string",
           "nullable": true
          },
          "protocol": {
           "type": "string",
           "default": "TCP"
          }
         },
         "required": [
          "containerPort"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "containerPort",
         "protocol"
        ],
        "nullable": true
       },
       "readinessProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "resizePolicy": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "resourceName": {
           "type": "string"
          },
          "restartPolicy": {
           "type": "string"
          }
         },
         "required": [
          "resourceName",
          "restartPolicy"
         ]
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "resources": {
        "type": "object",
        "properties": {
         "claims": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string"
            },
            "request": {
             "type": "string",
             "nullable": true
            }
           },
           "required": [
            "name"
           ]
          },
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": [
           "name"
          ],
          "nullable": true
         },
         "limits": {
          "type": "object",
          "additionalProperties": {
           "x-kubernetes-preserve-unknown-fields": true,
           "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
           "nullable": true
          },
          "nullable": true
         },
         "requests": {
          "type": "object",
          "additionalProperties": {
           "x-kubernetes-preserve-unknown-fields": true,
           "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
           "nullable": true
          },
          "nullable": true
         }
        },
        "nullable": true
       },
       "restartPolicy": {
        "type": "string",
        "nullable": true
       },
       "restartPolicyRules": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "action": {
           "type": "string"
          },
          "exitCodes": {
           "type": "object",
           "properties": {
            "operator": {
             "type": "string"
            },
            "values": {
             "type": "array",
             "items": {
              "type": "integer",
              "format": "int32"
             },
             "x-kubernetes-list-type": "set",
             "nullable": true
            }
           },
           "required": [
            "operator"
           ],
           "nullable": true
          }
         },
         "required": [
          "action"
         ]
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "securityContext": {
        "type": "object",
        "properties": {
         "allowPrivilegeEscalation": {
          "type": "boolean",
          "nullable": true
         },
         "appArmorProfile": {
          "type": "object",
          "properties": {
           "localhostProfile": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string"
           }
          },
          "required": [
           "type"
          ],
          "nullable": true
         },
         "capabilities": {
          "type": "object",
          "properties": {
           "add": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "drop": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "privileged": {
          "type": "boolean",
          "nullable": true
         },
         "procMount": {
          "type": "string",
          "nullable": true
         },
         "readOnlyRootFilesystem": {
          "type": "boolean",
          "nullable": true
         },
         "runAsGroup": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "runAsNonRoot": {
          "type": "boolean",
          "nullable": true
         },
         "runAsUser": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "seLinuxOptions": {
          "type": "object",
          "properties": {
           "level": {
            "type": "string",
            "nullable": true
           },
           "role": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string",
            "nullable": true
           },
           "user": {
            "type": "string",
            "nullable": true
           }
          },
          "nullable": true
         },
         "seccompProfile": {
          "type": "object",
          "properties": {
           "localhostProfile": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string"
           }
          },
          "required": [
           "type"
          ],
          "nullable": true
         },
         "windowsOptions": {
          "type": "object",
          "properties": {
           "gmsaCredentialSpec": {
            "type": "string",
            "nullable": true
           },
           "gmsaCredentialSpecName": {
            "type": "string",
            "nullable": true
           },
           "hostProcess": {
            "type": "boolean",
            "nullable": true
           },
           "runAsUserName": {
            "type": "string",
            "nullable": true
           }
          },
          "nullable": true
         }
        },
        "nullable": true
       },
       "startupProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "stdin": {
        "type": "boolean",
        "nullable": true
       },
       "stdinOnce": {
        "type": "boolean",
        "nullable": true
       },
       "targetContainerName": {
        "type": "string",
        "nullable": true
       },
       "terminationMessagePath": {
        "type": "string",
        "nullable": true
       },
       "terminationMessagePolicy": {
        "type": "string",
        "nullable": true
       },
       "tty": {
        "type": "boolean",
        "nullable": true
       },
       "volumeDevices": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "devicePath": {
           "type": "string"
          },
          "name": {
           "type": "string"
          }
         },
         "required": [
          "name",
          "devicePath"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "devicePath"
        ],
        "nullable": true
       },
       "volumeMounts": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "mountPath": {
           "type": "string"
          },
          "mountPropagation": {
           "type": "string",
           "nullable": true
          },
          "name": {
           "type": "string"
          },
          "readOnly": {
           "type": "boolean",
           "nullable": true
          },
          "recursiveReadOnly": {
           "type": "string",
           "nullable": true
          },
          "subPath": {
           "type": "string",
           "nullable": true
          },
          "subPathExpr": {
           "type": "string",
           "nullable": true
          }
         },
         "required": [
          "name",
          "mountPath"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "mountPath"
        ],
        "nullable": true
       },
       "workingDir": {
        "type": "string",
        "nullable": true
       }
      },
      "required": [
       "name"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ],
     "nullable": true
    },
    "hostAliases": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "hostnames": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "ip": {
        "type": "string"
       }
      },
      "required": [
       "ip"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "ip"
     ],
     "nullable": true
    },
    "hostIPC": {
     "type": "boolean",
     "nullable": true
    },
    "hostNetwork": {
     "type": "boolean",
     "nullable": true
    },
    "hostPID": {
     "type": "boolean",
     "nullable": true
    },
    "hostUsers": {
     "type": "boolean",
     "nullable": true
    },
    "hostname": {
     "type": "string",
     "nullable": true
    },
    "hostnameOverride": {
     "type": "string",
     "nullable": true
    },
    "imagePullSecrets": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "name": {
        "type": "string",
        "default": ""
       }
      },
      "x-kubernetes-map-type": "atomic"
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ],
     "nullable": true
    },
    "initContainers": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "args": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "command": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "env": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "value": {
           "type": "string",
           "nullable": true
          },
          "valueFrom": {
           "type": "object",
           "properties": {
            "configMapKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "required": [
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "fieldRef": {
             "type": "object",
             "properties": {
              "apiVersion": {
               "type": "string",
               "nullable": true
              },
              "fieldPath": {
               "type": "string"
              }
             },
             "required": [
              "fieldPath"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "fileKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              },
              "path": {
               "type": "string"
              },
              "volumeName": {
               "type": "string"
              }
             },
             "required": [
              "volumeName",
              "path",
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "resourceFieldRef": {
             "type": "object",
             "properties": {
              "containerName": {
               "type": "string",
               "nullable": true
              },
              "divisor": {
               "x-kubernetes-preserve-unknown-fields": true,
               "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
               "nullable": true
              },
              "resource": {
               "type": "string"
              }
             },
             "required": [
              "resource"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "secretKeyRef": {
             "type": "object",
             "properties": {
              "key": {
               "type": "string"
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "required": [
              "key"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            }
           },
           "nullable": true
          }
         },
         "required": [
          "name"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "name"
        ],
        "nullable": true
       },
       "envFrom": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "configMapRef": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string",
             "nullable": true
            },
            "optional": {
             "type": "boolean",
             "nullable": true
            }
           },
           "nullable": true
          },
          "prefix": {
           "type": "string",
           "nullable": true
          },
          "secretRef": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string",
             "nullable": true
            },
            "optional": {
             "type": "boolean",
             "nullable": true
            }
           },
           "nullable": true
          }
         }
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "image": {
        "type": "string",
        "nullable": true
       },
       "imagePullPolicy": {
        "type": "string",
        "nullable": true
       },
       "lifecycle": {
        "type": "object",
        "properties": {
         "postStart": {
          "type": "object",
          "properties": {
           "exec": {
            "type": "object",
            "properties": {
             "command": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "nullable": true
           },
           "httpGet": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "httpHeaders": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "name": {
                 "type": "string"
                },
                "value": {
                 "type": "string"
                }
               },
               "required": [
                "name",
                "value"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "path": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             },
             "scheme": {
              "type": "string",
              "nullable": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           },
           "sleep": {
            "type": "object",
            "properties": {
             "seconds": {
              "type": "integer",
              "format": "int64"
             }
            },
            "required": [
             "seconds"
            ],
            "nullable": true
           },
           "tcpSocket": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           }
          },
          "nullable": true
         },
         "preStop": {
          "type": "object",
          "properties": {
           "exec": {
            "type": "object",
            "properties": {
             "command": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             }
            },
            "nullable": true
           },
           "httpGet": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "httpHeaders": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "name": {
                 "type": "string"
                },
                "value": {
                 "type": "string"
                }
               },
               "required": [
                "name",
                "value"
               ]
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "path": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             },
             "scheme": {
              "type": "string",
              "nullable": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           },
           "sleep": {
            "type": "object",
            "properties": {
             "seconds": {
              "type": "integer",
              "format": "int64"
             }
            },
            "required": [
             "seconds"
            ],
            "nullable": true
           },
           "tcpSocket": {
            "type": "object",
            "properties": {
             "host": {
              "type": "string",
              "nullable": true
             },
             "port": {
              "x-kubernetes-int-or-string": true
             }
            },
            "required": [
             "port"
            ],
            "nullable": true
           }
          },
          "nullable": true
         },
         "stopSignal": {
          "type": "string",
          "nullable": true
         }
        },
        "nullable": true
       },
       "livenessProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "name": {
        "type": "string"
       },
       "ports": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "containerPort": {
           "type": "integer",
           "format": "int32"
          },
          "hostIP": {
           "type": "string",
           "nullable": true
          },
          "hostPort": {
           "type": "integer",
           "format": "int32",
           "nullable": true
          },
          "name": {
           "type": "string",
           "nullable": true
          },
          "protocol": {
           "type": "string",
           "default": "TCP"
          }
         },
         "required": [
          "containerPort"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "containerPort",
         "protocol"
        ],
        "nullable": true
       },
       "readinessProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "resizePolicy": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "resourceName": {
           "type": "string"
          },
          "restartPolicy": {
           "type": "string"
          }
         },
         "required": [
          "resourceName",
          "restartPolicy"
         ]
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "resources": {
        "type": "object",
        "properties": {
         "claims": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "name": {
             "type": "string"
            },
            "request": {
             "type": "string",
             "nullable": true
            }
           },
           "required": [
            "name"
           ]
          },
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": [
           "name"
          ],
          "nullable": true
         },
         "limits": {
          "type": "object",
          "additionalProperties": {
           "x-kubernetes-preserve-unknown-fields": true,
           "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
           "nullable": true
          },
          "nullable": true
         },
         "requests": {
          "type": "object",
          "additionalProperties": {
           "x-kubernetes-preserve-unknown-fields": true,
           "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
           "nullable": true
          },
          "nullable": true
         }
        },
        "nullable": true
       },
       "restartPolicy": {
        "type": "string",
        "nullable": true
       },
       "restartPolicyRules": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "action": {
           "type": "string"
          },
          "exitCodes": {
           "type": "object",
           "properties": {
            "operator": {
             "type": "string"
            },
            "values": {
             "type": "array",
             "items": {
              "type": "integer",
              "format": "int32"
             },
             "x-kubernetes-list-type": "set",
             "nullable": true
            }
           },
           "required": [
            "operator"
           ],
           "nullable": true
          }
         },
         "required": [
          "action"
         ]
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "securityContext": {
        "type": "object",
        "properties": {
         "allowPrivilegeEscalation": {
          "type": "boolean",
          "nullable": true
         },
         "appArmorProfile": {
          "type": "object",
          "properties": {
           "localhostProfile": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string"
           }
          },
          "required": [
           "type"
          ],
          "nullable": true
         },
         "capabilities": {
          "type": "object",
          "properties": {
           "add": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "drop": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "privileged": {
          "type": "boolean",
          "nullable": true
         },
         "procMount": {
          "type": "string",
          "nullable": true
         },
         "readOnlyRootFilesystem": {
          "type": "boolean",
          "nullable": true
         },
         "runAsGroup": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "runAsNonRoot": {
          "type": "boolean",
          "nullable": true
         },
         "runAsUser": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "seLinuxOptions": {
          "type": "object",
          "properties": {
           "level": {
            "type": "string",
            "nullable": true
           },
           "role": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string",
            "nullable": true
           },
           "user": {
            "type": "string",
            "nullable": true
           }
          },
          "nullable": true
         },
         "seccompProfile": {
          "type": "object",
          "properties": {
           "localhostProfile": {
            "type": "string",
            "nullable": true
           },
           "type": {
            "type": "string"
           }
          },
          "required": [
           "type"
          ],
          "nullable": true
         },
         "windowsOptions": {
          "type": "object",
          "properties": {
           "gmsaCredentialSpec": {
            "type": "string",
            "nullable": true
           },
           "gmsaCredentialSpecName": {
            "type": "string",
            "nullable": true
           },
           "hostProcess": {
            "type": "boolean",
            "nullable": true
           },
           "runAsUserName": {
            "type": "string",
            "nullable": true
           }
          },
          "nullable": true
         }
        },
        "nullable": true
       },
       "startupProbe": {
        "type": "object",
        "properties": {
         "exec": {
          "type": "object",
          "properties": {
           "command": {
            "type": "array",
            "items": {
             "type": "string"
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           }
          },
          "nullable": true
         },
         "failureThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "grpc": {
          "type": "object",
          "properties": {
           "port": {
            "type": "integer",
            "format": "int32"
           },
           "service": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "httpGet": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "httpHeaders": {
            "type": "array",
            "items": {
             "type": "object",
             "properties": {
              "name": {
               "type": "string"
              },
              "value": {
               "type": "string"
              }
             },
             "required": [
              "name",
              "value"
             ]
            },
            "x-kubernetes-list-type": "atomic",
            "nullable": true
           },
           "path": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           },
           "scheme": {
            "type": "string",
            "nullable": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "initialDelaySeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "periodSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "successThreshold": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "tcpSocket": {
          "type": "object",
          "properties": {
           "host": {
            "type": "string",
            "nullable": true
           },
           "port": {
            "x-kubernetes-int-or-string": true
           }
          },
          "required": [
           "port"
          ],
          "nullable": true
         },
         "terminationGracePeriodSeconds": {
          "type": "integer",
          "format": "int64",
          "nullable": true
         },
         "timeoutSeconds": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         }
        },
        "nullable": true
       },
       "stdin": {
        "type": "boolean",
        "nullable": true
       },
       "stdinOnce": {
        "type": "boolean",
        "nullable": true
       },
       "terminationMessagePath": {
        "type": "string",
        "nullable": true
       },
       "terminationMessagePolicy": {
        "type": "string",
        "nullable": true
       },
       "tty": {
        "type": "boolean",
        "nullable": true
       },
       "volumeDevices": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "devicePath": {
           "type": "string"
          },
          "name": {
           "type": "string"
          }
         },
         "required": [
          "name",
          "devicePath"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "devicePath"
        ],
        "nullable": true
       },
       "volumeMounts": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "mountPath": {
           "type": "string"
          },
          "mountPropagation": {
           "type": "string",
           "nullable": true
          },
          "name": {
           "type": "string"
          },
          "readOnly": {
           "type": "boolean",
           "nullable": true
          },
          "recursiveReadOnly": {
           "type": "string",
           "nullable": true
          },
          "subPath": {
           "type": "string",
           "nullable": true
          },
          "subPathExpr": {
           "type": "string",
           "nullable": true
          }
         },
         "required": [
          "name",
          "mountPath"
         ]
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [
         "mountPath"
        ],
        "nullable": true
       },
       "workingDir": {
        "type": "string",
        "nullable": true
       }
      },
      "required": [
       "name"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ],
     "nullable": true
    },
    "nodeName": {
     "type": "string",
     "nullable": true
    },
    "nodeSelector": {
     "type": "object",
     "additionalProperties": {
      "type": "string",
      "nullable": true
     },
     "x-kubernetes-map-type": "atomic",
     "nullable": true
    },
    "os": {
     "type": "object",
     "properties": {
      "name": {
       "type": "string"
      }
     },
     "required": [
      "name"
     ],
     "nullable": true
    },
    "overhead": {
     "type": "object",
     "additionalProperties": {
      "x-kubernetes-preserve-unknown-fields": true,
      "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
      "nullable": true
     },
     "nullable": true
    },
    "preemptionPolicy": {
     "type": "string",
     "nullable": true
    },
    "priority": {
     "type": "integer",
     "format": "int32",
     "nullable": true
    },
    "priorityClassName": {
     "type": "string",
     "nullable": true
    },
    "readinessGates": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "conditionType": {
        "type": "string"
       }
      },
      "required": [
       "conditionType"
      ]
     },
     "x-kubernetes-list-type": "atomic",
     "nullable": true
    },
    "resourceClaims": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "name": {
        "type": "string"
       },
       "resourceClaimName": {
        "type": "string",
        "nullable": true
       },
       "resourceClaimTemplateName": {
        "type": "string",
        "nullable": true
       }
      },
      "required": [
       "name"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ],
     "nullable": true
    },
    "resources": {
     "type": "object",
     "properties": {
      "claims": {
       "type": "array",
       "items": {
        "type": "object",
        "properties": {
         "name": {
          "type": "string"
         },
         "request": {
          "type": "string",
          "nullable": true
         }
        },
        "required": [
         "name"
        ]
       },
       "x-kubernetes-list-type": "map",
       "x-kubernetes-list-map-keys": [
        "name"
       ],
       "nullable": true
      },
      "limits": {
       "type": "object",
       "additionalProperties": {
        "x-kubernetes-preserve-unknown-fields": true,
        "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
        "nullable": true
       },
       "nullable": true
      },
      "requests": {
       "type": "object",
       "additionalProperties": {
        "x-kubernetes-preserve-unknown-fields": true,
        "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
        "nullable": true
       },
       "nullable": true
      }
     },
     "nullable": true
    },
    "restartPolicy": {
     "type": "string",
     "nullable": true
    },
    "runtimeClassName": {
     "type": "string",
     "nullable": true
    },
    "schedulerName": {
     "type": "string",
     "nullable": true
    },
    "schedulingGates": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "name": {
        "type": "string"
       }
      },
      "required": [
       "name"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ],
     "nullable": true
    },
    "schedulingGroup": {
     "type": "object",
     "properties": {
      "podGroupName": {
       "type": "string",
       "nullable": true
      }
     },
     "nullable": true
    },
    "securityContext": {
     "type": "object",
     "properties": {
      "appArmorProfile": {
       "type": "object",
       "properties": {
        "localhostProfile": {
         "type": "string",
         "nullable": true
        },
        "type": {
         "type": "string"
        }
       },
       "required": [
        "type"
       ],
       "nullable": true
      },
      "fsGroup": {
       "type": "integer",
       "format": "int64",
       "nullable": true
      },
      "fsGroupChangePolicy": {
       "type": "string",
       "nullable": true
      },
      "runAsGroup": {
       "type": "integer",
       "format": "int64",
       "nullable": true
      },
      "runAsNonRoot": {
       "type": "boolean",
       "nullable": true
      },
      "runAsUser": {
       "type": "integer",
       "format": "int64",
       "nullable": true
      },
      "seLinuxChangePolicy": {
       "type": "string",
       "nullable": true
      },
      "seLinuxOptions": {
       "type": "object",
       "properties": {
        "level": {
         "type": "string",
         "nullable": true
        },
        "role": {
         "type": "string",
         "nullable": true
        },
        "type": {
         "type": "string",
         "nullable": true
        },
        "user": {
         "type": "string",
         "nullable": true
        }
       },
       "nullable": true
      },
      "seccompProfile": {
       "type": "object",
       "properties": {
        "localhostProfile": {
         "type": "string",
         "nullable": true
        },
        "type": {
         "type": "string"
        }
       },
       "required": [
        "type"
       ],
       "nullable": true
      },
      "supplementalGroups": {
       "type": "array",
       "items": {
        "type": "integer",
        "format": "int64"
       },
       "x-kubernetes-list-type": "atomic",
       "nullable": true
      },
      "supplementalGroupsPolicy": {
       "type": "string",
       "nullable": true
      },
      "sysctls": {
       "type": "array",
       "items": {
        "type": "object",
        "properties": {
         "name": {
          "type": "string"
         },
         "value": {
          "type": "string"
         }
        },
        "required": [
         "name",
         "value"
        ]
       },
       "x-kubernetes-list-type": "atomic",
       "nullable": true
      },
      "windowsOptions": {
       "type": "object",
       "properties": {
        "gmsaCredentialSpec": {
         "type": "string",
         "nullable": true
        },
        "gmsaCredentialSpecName": {
         "type": "string",
         "nullable": true
        },
        "hostProcess": {
         "type": "boolean",
         "nullable": true
        },
        "runAsUserName": {
         "type": "string",
         "nullable": true
        }
       },
       "nullable": true
      }
     },
     "nullable": true
    },
    "serviceAccount": {
     "type": "string",
     "nullable": true
    },
    "serviceAccountName": {
     "type": "string",
     "nullable": true
    },
    "setHostnameAsFQDN": {
     "type": "boolean",
     "nullable": true
    },
    "shareProcessNamespace": {
     "type": "boolean",
     "nullable": true
    },
    "subdomain": {
     "type": "string",
     "nullable": true
    },
    "terminationGracePeriodSeconds": {
     "type": "integer",
     "format": "int64",
     "nullable": true
    },
    "tolerations": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "effect": {
        "type": "string",
        "nullable": true
       },
       "key": {
        "type": "string",
        "nullable": true
       },
       "operator": {
        "type": "string",
        "nullable": true
       },
       "tolerationSeconds": {
        "type": "integer",
        "format": "int64",
        "nullable": true
       },
       "value": {
        "type": "string",
        "nullable": true
       }
      }
     },
     "x-kubernetes-list-type": "atomic",
     "nullable": true
    },
    "topologySpreadConstraints": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "labelSelector": {
        "type": "object",
        "properties": {
         "matchExpressions": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "key": {
             "type": "string"
            },
            "operator": {
             "type": "string"
            },
            "values": {
             "type": "array",
             "items": {
              "type": "string"
             },
             "x-kubernetes-list-type": "atomic",
             "nullable": true
            }
           },
           "required": [
            "key",
            "operator"
           ]
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         },
         "matchLabels": {
          "type": "object",
          "additionalProperties": {
           "type": "string",
           "nullable": true
          },
          "nullable": true
         }
        },
        "x-kubernetes-map-type": "atomic",
        "nullable": true
       },
       "matchLabelKeys": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "x-kubernetes-list-type": "atomic",
        "nullable": true
       },
       "maxSkew": {
        "type": "integer",
        "format": "int32"
       },
       "minDomains": {
        "type": "integer",
        "format": "int32",
        "nullable": true
       },
       "nodeAffinityPolicy": {
        "type": "string",
        "nullable": true
       },
       "nodeTaintsPolicy": {
        "type": "string",
        "nullable": true
       },
       "topologyKey": {
        "type": "string"
       },
       "whenUnsatisfiable": {
        "type": "string"
       }
      },
      "required": [
       "maxSkew",
       "topologyKey",
       "whenUnsatisfiable"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "topologyKey",
      "whenUnsatisfiable"
     ],
     "nullable": true
    },
    "volumes": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "awsElasticBlockStore": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "partition": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "volumeID": {
          "type": "string"
         }
        },
        "required": [
         "volumeID"
        ],
        "nullable": true
       },
       "azureDisk": {
        "type": "object",
        "properties": {
         "cachingMode": {
          "type": "string",
          "nullable": true
         },
         "diskName": {
          "type": "string"
         },
         "diskURI": {
          "type": "string"
         },
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "kind": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         }
        },
        "required": [
         "diskName",
         "diskURI"
        ],
        "nullable": true
       },
       "azureFile": {
        "type": "object",
        "properties": {
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretName": {
          "type": "string"
         },
         "shareName": {
          "type": "string"
         }
        },
        "required": [
         "secretName",
         "shareName"
        ],
        "nullable": true
       },
       "cephfs": {
        "type": "object",
        "properties": {
         "monitors": {
          "type": "array",
          "items": {
           "type": "string"
          },
          "x-kubernetes-list-type": "atomic"
         },
         "path": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretFile": {
          "type": "string",
          "nullable": true
         },
         "secretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic",
          "nullable": true
         },
         "user": {
          "type": "string",
          "nullable": true
         }
        },
        "required": [
         "monitors"
        ],
        "nullable": true
       },
       "cinder": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic",
          "nullable": true
         },
         "volumeID": {
          "type": "string"
         }
        },
        "required": [
         "volumeID"
        ],
        "nullable": true
       },
       "configMap": {
        "type": "object",
        "properties": {
         "defaultMode": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "items": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "key": {
             "type": "string"
            },
            "mode": {
             "type": "integer",
             "format": "int32",
             "nullable": true
            },
            "path": {
             "type": "string"
            }
           },
           "required": [
            "key",
            "path"
           ]
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         },
         "name": {
          "type": "string",
          "nullable": true
         },
         "optional": {
          "type": "boolean",
          "nullable": true
         }
        },
        "nullable": true
       },
       "csi": {
        "type": "object",
        "properties": {
         "driver": {
          "type": "string"
         },
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "nodePublishSecretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "volumeAttributes": {
          "type": "object",
          "additionalProperties": {
           "type": "string",
           "nullable": true
          },
          "nullable": true
         }
        },
        "required": [
         "driver"
        ],
        "nullable": true
       },
       "downwardAPI": {
        "type": "object",
        "properties": {
         "defaultMode": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "items": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "fieldRef": {
             "type": "object",
             "properties": {
              "apiVersion": {
               "type": "string",
               "nullable": true
              },
              "fieldPath": {
               "type": "string"
              }
             },
             "required": [
              "fieldPath"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            },
            "mode": {
             "type": "integer",
             "format": "int32",
             "nullable": true
            },
            "path": {
             "type": "string"
            },
            "resourceFieldRef": {
             "type": "object",
             "properties": {
              "containerName": {
               "type": "string",
               "nullable": true
              },
              "divisor": {
               "x-kubernetes-preserve-unknown-fields": true,
               "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
               "nullable": true
              },
              "resource": {
               "type": "string"
              }
             },
             "required": [
              "resource"
             ],
             "x-kubernetes-map-type": "atomic",
             "nullable": true
            }
           },
           "required": [
            "path"
           ]
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         }
        },
        "nullable": true
       },
       "emptyDir": {
        "type": "object",
        "properties": {
         "medium": {
          "type": "string",
          "nullable": true
         },
         "sizeLimit": {
          "x-kubernetes-preserve-unknown-fields": true,
          "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
          "nullable": true
         }
        },
        "nullable": true
       },
       "ephemeral": {
        "type": "object",
        "properties": {
         "volumeClaimTemplate": {
          "type": "object",
          "properties": {
           "metadata": {
            "type": "object",
            "properties": {
             "annotations": {
              "type": "object",
              "additionalProperties": {
               "type": "string",
               "nullable": true
              },
              "nullable": true
             },
             "creationTimestamp": {
              "type": "string",
              "format": "date-time",
              "nullable": true
             },
             "deletionGracePeriodSeconds": {
              "type": "integer",
              "format": "int64",
              "nullable": true
             },
             "deletionTimestamp": {
              "type": "string",
              "format": "date-time",
              "nullable": true
             },
             "finalizers": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "set",
              "nullable": true
             },
             "generateName": {
              "type": "string",
              "nullable": true
             },
             "generation": {
              "type": "integer",
              "format": "int64",
              "nullable": true
             },
             "labels": {
              "type": "object",
              "additionalProperties": {
               "type": "string",
               "nullable": true
              },
              "nullable": true
             },
             "managedFields": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "apiVersion": {
                 "type": "string",
                 "nullable": true
                },
                "fieldsType": {
                 "type": "string",
                 "nullable": true
                },
                "fieldsV1": {
                 "type": "object",
                 "x-kubernetes-preserve-unknown-fields": true,
                 "nullable": true
                },
                "manager": {
                 "type": "string",
                 "nullable": true
                },
                "operation": {
                 "type": "string",
                 "nullable": true
                },
                "subresource": {
                 "type": "string",
                 "nullable": true
                },
                "time": {
                 "type": "string",
                 "format": "date-time",
                 "nullable": true
                }
               }
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "name": {
              "type": "string",
              "nullable": true
             },
             "namespace": {
              "type": "string",
              "nullable": true
             },
             "ownerReferences": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "apiVersion": {
                 "type": "string"
                },
                "blockOwnerDeletion": {
                 "type": "boolean",
                 "nullable": true
                },
                "controller": {
                 "type": "boolean",
                 "nullable": true
                },
                "kind": {
                 "type": "string"
                },
                "name": {
                 "type": "string"
                },
                "uid": {
                 "type": "string"
                }
               },
               "required": [
                "apiVersion",
                "kind",
                "name",
                "uid"
               ],
               "x-kubernetes-map-type": "atomic"
              },
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": [
               "uid"
              ],
              "nullable": true
             },
             "resourceVersion": {
              "type": "string",
              "nullable": true
             },
             "selfLink": {
              "type": "string",
              "nullable": true
             },
             "uid": {
              "type": "string",
              "nullable": true
             }
            },
            "nullable": true
           },
           "spec": {
            "type": "object",
            "properties": {
             "accessModes": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "x-kubernetes-list-type": "atomic",
              "nullable": true
             },
             "dataSource": {
              "type": "object",
              "properties": {
               "apiGroup": {
                "type": "string",
                "nullable": true
               },
               "kind": {
                "type": "string"
               },
               "name": {
                "type": "string"
               }
              },
              "required": [
               "kind",
               "name"
              ],
              "x-kubernetes-map-type": "atomic",
              "nullable": true
             },
             "dataSourceRef": {
              "type": "object",
              "properties": {
               "apiGroup": {
                "type": "string",
                "nullable": true
               },
               "kind": {
                "type": "string"
               },
               "name": {
                "type": "string"
               },
               "namespace": {
                "type": "string",
                "nullable": true
               }
              },
              "required": [
               "kind",
               "name"
              ],
              "nullable": true
             },
             "resources": {
              "type": "object",
              "properties": {
               "limits": {
                "type": "object",
                "additionalProperties": {
                 "x-kubernetes-preserve-unknown-fields": true,
                 "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
                 "nullable": true
                },
                "nullable": true
               },
               "requests": {
                "type": "object",
                "additionalProperties": {
                 "x-kubernetes-preserve-unknown-fields": true,
                 "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
                 "nullable": true
                },
                "nullable": true
               }
              },
              "nullable": true
             },
             "selector": {
              "type": "object",
              "properties": {
               "matchExpressions": {
                "type": "array",
                "items": {
                 "type": "object",
                 "properties": {
                  "key": {
                   "type": "string"
                  },
                  "operator": {
                   "type": "string"
                  },
                  "values": {
                   "type": "array",
                   "items": {
                    "type": "string"
                   },
                   "x-kubernetes-list-type": "atomic",
                   "nullable": true
                  }
                 },
                 "required": [
                  "key",
                  "operator"
                 ]
                },
                "x-kubernetes-list-type": "atomic",
                "nullable": true
               },
               "matchLabels": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "nullable": true
                },
                "nullable": true
               }
              },
              "x-kubernetes-map-type": "atomic",
              "nullable": true
             },
             "storageClassName": {
              "type": "string",
              "nullable": true
             },
             "volumeAttributesClassName": {
              "type": "string",
              "nullable": true
             },
             "volumeMode": {
              "type": "string",
              "nullable": true
             },
             "volumeName": {
              "type": "string",
              "nullable": true
             }
            }
           }
          },
          "required": [
           "spec"
          ],
          "nullable": true
         }
        },
        "nullable": true
       },
       "fc": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "lun": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "targetWWNs": {
          "type": "array",
          "items": {
           "type": "string"
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         },
         "wwids": {
          "type": "array",
          "items": {
           "type": "string"
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         }
        },
        "nullable": true
       },
       "flexVolume": {
        "type": "object",
        "properties": {
         "driver": {
          "type": "string"
         },
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "options": {
          "type": "object",
          "additionalProperties": {
           "type": "string",
           "nullable": true
          },
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic",
          "nullable": true
         }
        },
        "required": [
         "driver"
        ],
        "nullable": true
       },
       "flocker": {
        "type": "object",
        "properties": {
         "datasetName": {
          "type": "string",
          "nullable": true
         },
         "datasetUUID": {
          "type": "string",
          "nullable": true
         }
        },
        "nullable": true
       },
       "gcePersistentDisk": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "partition": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "pdName": {
          "type": "string"
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         }
        },
        "required": [
         "pdName"
        ],
        "nullable": true
       },
       "gitRepo": {
        "type": "object",
        "properties": {
         "directory": {
          "type": "string",
          "nullable": true
         },
         "repository": {
          "type": "string"
         },
         "revision": {
          "type": "string",
          "nullable": true
         }
        },
        "required": [
         "repository"
        ],
        "nullable": true
       },
       "glusterfs": {
        "type": "object",
        "properties": {
         "endpoints": {
          "type": "string"
         },
         "path": {
          "type": "string"
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         }
        },
        "required": [
         "endpoints",
         "path"
        ],
        "nullable": true
       },
       "hostPath": {
        "type": "object",
        "properties": {
         "path": {
          "type": "string"
         },
         "type": {
          "type": "string",
          "nullable": true
         }
        },
        "required": [
         "path"
        ],
        "nullable": true
       },
       "image": {
        "type": "object",
        "properties": {
         "pullPolicy": {
          "type": "string",
          "nullable": true
         },
         "reference": {
          "type": "string",
          "nullable": true
         }
        },
        "nullable": true
       },
       "iscsi": {
        "type": "object",
        "properties": {
         "chapAuthDiscovery": {
          "type": "boolean",
          "nullable": true
         },
         "chapAuthSession": {
          "type": "boolean",
          "nullable": true
         },
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "initiatorName": {
          "type": "string",
          "nullable": true
         },
         "iqn": {
          "type": "string"
         },
         "iscsiInterface": {
          "type": "string",
          "nullable": true
         },
         "lun": {
          "type": "integer",
          "format": "int32"
         },
         "portals": {
          "type": "array",
          "items": {
           "type": "string"
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic",
          "nullable": true
         },
         "targetPortal": {
          "type": "string"
         }
        },
        "required": [
         "targetPortal",
         "iqn",
         "lun"
        ],
        "nullable": true
       },
       "name": {
        "type": "string"
       },
       "nfs": {
        "type": "object",
        "properties": {
         "path": {
          "type": "string"
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "server": {
          "type": "string"
         }
        },
        "required": [
         "server",
         "path"
        ],
        "nullable": true
       },
       "persistentVolumeClaim": {
        "type": "object",
        "properties": {
         "claimName": {
          "type": "string"
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         }
        },
        "required": [
         "claimName"
        ],
        "nullable": true
       },
       "photonPersistentDisk": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "pdID": {
          "type": "string"
         }
        },
        "required": [
         "pdID"
        ],
        "nullable": true
       },
       "portworxVolume": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "volumeID": {
          "type": "string"
         }
        },
        "required": [
         "volumeID"
        ],
        "nullable": true
       },
       "projected": {
        "type": "object",
        "properties": {
         "defaultMode": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "sources": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "clusterTrustBundle": {
             "type": "object",
             "properties": {
              "labelSelector": {
               "type": "object",
               "properties": {
                "matchExpressions": {
                 "type": "array",
                 "items": {
                  "type": "object",
                  "properties": {
                   "key": {
                    "type": "string"
                   },
                   "operator": {
                    "type": "string"
                   },
                   "values": {
                    "type": "array",
                    "items": {
                     "type": "string"
                    },
                    "x-kubernetes-list-type": "atomic",
                    "nullable": true
                   }
                  },
                  "required": [
                   "key",
                   "operator"
                  ]
                 },
                 "x-kubernetes-list-type": "atomic",
                 "nullable": true
                },
                "matchLabels": {
                 "type": "object",
                 "additionalProperties": {
                  "type": "string",
                  "nullable": true
                 },
                 "nullable": true
                }
               },
               "x-kubernetes-map-type": "atomic",
               "nullable": true
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              },
              "path": {
               "type": "string"
              },
              "signerName": {
               "type": "string",
               "nullable": true
              }
             },
             "required": [
              "path"
             ],
             "nullable": true
            },
            "configMap": {
             "type": "object",
             "properties": {
              "items": {
               "type": "array",
               "items": {
                "type": "object",
                "properties": {
                 "key": {
                  "type": "string"
                 },
                 "mode": {
                  "type": "integer",
                  "format": "int32",
                  "nullable": true
                 },
                 "path": {
                  "type": "string"
                 }
                },
                "required": [
                 "key",
                 "path"
                ]
               },
               "x-kubernetes-list-type": "atomic",
               "nullable": true
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "nullable": true
            },
            "downwardAPI": {
             "type": "object",
             "properties": {
              "items": {
               "type": "array",
               "items": {
                "type": "object",
                "properties": {
                 "fieldRef": {
                  "type": "object",
                  "properties": {
                   "apiVersion": {
                    "type": "string",
                    "nullable": true
                   },
                   "fieldPath": {
                    "type": "string"
                   }
                  },
                  "required": [
                   "fieldPath"
                  ],
                  "x-kubernetes-map-type": "atomic",
                  "nullable": true
                 },
                 "mode": {
                  "type": "integer",
                  "format": "int32",
                  "nullable": true
                 },
                 "path": {
                  "type": "string"
                 },
                 "resourceFieldRef": {
                  "type": "object",
                  "properties": {
                   "containerName": {
                    "type": "string",
                    "nullable": true
                   },
                   "divisor": {
                    "x-kubernetes-preserve-unknown-fields": true,
                    "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
                    "nullable": true
                   },
                   "resource": {
                    "type": "string"
                   }
                  },
                  "required": [
                   "resource"
                  ],
                  "x-kubernetes-map-type": "atomic",
                  "nullable": true
                 }
                },
                "required": [
                 "path"
                ]
               },
               "x-kubernetes-list-type": "atomic",
               "nullable": true
              }
             },
             "nullable": true
            },
            "podCertificate": {
             "type": "object",
             "properties": {
              "certificateChainPath": {
               "type": "string",
               "nullable": true
              },
              "credentialBundlePath": {
               "type": "string",
               "nullable": true
              },
              "keyPath": {
               "type": "string",
               "nullable": true
              },
              "keyType": {
               "type": "string"
              },
              "maxExpirationSeconds": {
               "type": "integer",
               "format": "int32",
               "nullable": true
              },
              "signerName": {
               "type": "string"
              },
              "userAnnotations": {
               "type": "object",
               "additionalProperties": {
                "type": "string",
                "nullable": true
               },
               "nullable": true
              }
             },
             "required": [
              "signerName",
              "keyType"
             ],
             "nullable": true
            },
            "secret": {
             "type": "object",
             "properties": {
              "items": {
               "type": "array",
               "items": {
                "type": "object",
                "properties": {
                 "key": {
                  "type": "string"
                 },
                 "mode": {
                  "type": "integer",
                  "format": "int32",
                  "nullable": true
                 },
                 "path": {
                  "type": "string"
                 }
                },
                "required": [
                 "key",
                 "path"
                ]
               },
               "x-kubernetes-list-type": "atomic",
               "nullable": true
              },
              "name": {
               "type": "string",
               "nullable": true
              },
              "optional": {
               "type": "boolean",
               "nullable": true
              }
             },
             "nullable": true
            },
            "serviceAccountToken": {
             "type": "object",
             "properties": {
              "audience": {
               "type": "string",
               "nullable": true
              },
              "expirationSeconds": {
               "type": "integer",
               "format": "int64",
               "nullable": true
              },
              "path": {
               "type": "string"
              }
             },
             "required": [
              "path"
             ],
             "nullable": true
            }
           }
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         }
        },
        "nullable": true
       },
       "quobyte": {
        "type": "object",
        "properties": {
         "group": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "registry": {
          "type": "string"
         },
         "tenant": {
          "type": "string",
          "nullable": true
         },
         "user": {
          "type": "string",
          "nullable": true
         },
         "volume": {
          "type": "string"
         }
        },
        "required": [
         "registry",
         "volume"
        ],
        "nullable": true
       },
       "rbd": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "image": {
          "type": "string"
         },
         "keyring": {
          "type": "string",
          "nullable": true
         },
         "monitors": {
          "type": "array",
          "items": {
           "type": "string"
          },
          "x-kubernetes-list-type": "atomic"
         },
         "pool": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic",
          "nullable": true
         },
         "user": {
          "type": "string",
          "nullable": true
         }
        },
        "required": [
         "monitors",
         "image"
        ],
        "nullable": true
       },
       "scaleIO": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "gateway": {
          "type": "string"
         },
         "protectionDomain": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic"
         },
         "sslEnabled": {
          "type": "boolean",
          "nullable": true
         },
         "storageMode": {
          "type": "string",
          "nullable": true
         },
         "storagePool": {
          "type": "string",
          "nullable": true
         },
         "system": {
          "type": "string"
         },
         "volumeName": {
          "type": "string",
          "nullable": true
         }
        },
        "required": [
         "gateway",
         "system",
         "secretRef"
        ],
        "nullable": true
       },
       "secret": {
        "type": "object",
        "properties": {
         "defaultMode": {
          "type": "integer",
          "format": "int32",
          "nullable": true
         },
         "items": {
          "type": "array",
          "items": {
           "type": "object",
           "properties": {
            "key": {
             "type": "string"
            },
            "mode": {
             "type": "integer",
             "format": "int32",
             "nullable": true
            },
            "path": {
             "type": "string"
            }
           },
           "required": [
            "key",
            "path"
           ]
          },
          "x-kubernetes-list-type": "atomic",
          "nullable": true
         },
         "optional": {
          "type": "boolean",
          "nullable": true
         },
         "secretName": {
          "type": "string",
          "nullable": true
         }
        },
        "nullable": true
       },
       "storageos": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "readOnly": {
          "type": "boolean",
          "nullable": true
         },
         "secretRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "nullable": true
           }
          },
          "x-kubernetes-map-type": "atomic",
          "nullable": true
         },
         "volumeName": {
          "type": "string",
          "nullable": true
         },
         "volumeNamespace": {
          "type": "string",
          "nullable": true
         }
        },
        "nullable": true
       },
       "vsphereVolume": {
        "type": "object",
        "properties": {
         "fsType": {
          "type": "string",
          "nullable": true
         },
         "storagePolicyID": {
          "type": "string",
          "nullable": true
         },
         "storagePolicyName": {
          "type": "string",
          "nullable": true
         },
         "volumePath": {
          "type": "string"
         }
        },
        "required": [
         "volumePath"
        ],
        "nullable": true
       }
      },
      "required": [
       "name"
      ]
     },
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ],
     "nullable": true
    }
   },
   "required": [
    "containers"
   ],
   "nullable": true
  }
 }
};
